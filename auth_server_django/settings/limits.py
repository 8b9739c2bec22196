"""django-axes: after so many failures an account and an address are locked for a while, each by itself."""

from datetime import timedelta

from limits_app.conf import LimitsSettings

AXES_HANDLER = "limits_app.handlers.LockHandler"
AXES_FAILURE_LIMIT: int = LimitsSettings.FAILURE_LIMIT.from_environment()
AXES_COOLOFF_TIME = timedelta(seconds=LimitsSettings.LOCK_SECONDS.from_environment())
# Two parameters side by side mean "or": either one is enough for a lock.
AXES_LOCKOUT_PARAMETERS = ["ip_address", "username"]
# axes' default is True, which lets a stranger keep a number locked for ever by failing on.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# One account's success clears nothing: a guesser could sign in to his own between the guesses (F11).
AXES_RESET_ON_SUCCESS = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "limits_app.identity.username_of"
AXES_CLIENT_IP_CALLABLE = "core_app.caller.client_ip_of"
AXES_CLIENT_STR_CALLABLE = "limits_app.identity.client_label"
AXES_LOCKOUT_CALLABLE = "limits_app.lockout.locked_page"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "phone", "email", "password", "password1", "password2", "code"]
# Who signed in when is the record of `SsoSession`; axes' own log of it would keep the full number for ever.
AXES_DISABLE_ACCESS_LOG = True
# Registered by limits_app with the account masked.
AXES_ENABLE_ADMIN = False

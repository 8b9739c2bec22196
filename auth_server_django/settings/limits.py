"""django-axes: it guards `authenticate` and keeps the log; `limits_app.handlers` counts and locks."""

from datetime import timedelta

from limits_app.conf import LimitsSettings

AXES_HANDLER = "limits_app.handlers.LockHandler"
AXES_FAILURE_LIMIT: int = LimitsSettings.FAILURE_LIMIT.from_environment()
AXES_COOLOFF_TIME = timedelta(seconds=LimitsSettings.LOCK_SECONDS.from_environment())
# Two parameters side by side mean "or": either one is enough for a lock.
AXES_LOCKOUT_PARAMETERS = ["ip_address", "username"]
# axes' default is True, which lets a stranger keep a number locked for ever by failing on.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# What a success clears is decided in `limits_app.locks`: its own account's failures and nobody else's (F11). This one
# would clear axes' log of them.
AXES_RESET_ON_SUCCESS = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "limits_app.identity.logged_name_of"
AXES_CLIENT_IP_CALLABLE = "core_app.caller.client_ip_of"
AXES_CLIENT_STR_CALLABLE = "limits_app.identity.client_label"
AXES_LOCKOUT_CALLABLE = "limits_app.lockout.locked_page"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "phone", "email", "password", "password1", "password2", "code"]
# Accounts are masked in all of axes' tables (`logged_name`). `manage.py axes_reset_logs` and
# `axes_reset_failure_logs` shorten them.
AXES_DISABLE_ACCESS_LOG = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
# Registered by limits_app, where a whole number finds its masked entries.
AXES_ENABLE_ADMIN = False

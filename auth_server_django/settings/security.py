"""Passwords, cookies, headers and the content security policy."""

from csp.constants import NONE, SELF

from auth_server_django.settings.environment import DEBUG, _is_https

AUTH_USER_MODEL = "accounts_app.User"
LOGIN_URL = "phone_auth:login"
SIGNUP_URL = "phone_auth:signup"
# Where a forgotten password is set anew by people whom only their number reaches.
RESET_URL = "phone_auth:reset"
# What signing in asks for after the first proof, in this order, and the page that asks a signed-in person for a second
# factor: empty where no such step is installed.
LOGIN_STEPS = [
    "mfa_app.step.SecondFactorStep",
    "phone_auth_app.new_password.NewPasswordStep",
    "email_auth_app.new_password.NewPasswordStep",
]
STEP_UP_URL = "mfa:step-up"
# The page after signing out: it also signs out of the apps that want that done in the browser.
SIGNED_OUT_URL = "desk:signed-out"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "phone_auth_app.backends.PhonePasswordBackend",
    "email_auth_app.backends.EmailPasswordBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    # Hashes that people bring along from other systems; the first sign-in replaces them.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "accounts_app.hashers.ImportedBcrypt",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts_app.passwords.LengthValidator"},
    {"NAME": "accounts_app.passwords.ContextValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts_app.breached.BreachedValidator"},
]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = _is_https and not DEBUG
# `arrival.py` takes the header away from everybody but TRUSTED_PROXIES.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 63_072_000 if _is_https and not DEBUG else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
CSRF_COOKIE_NAME = "__Host-csrf" if _is_https else "csrf"
CSRF_COOKIE_SECURE = _is_https
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "auth_server_django.views.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# No page takes files.
DATA_UPLOAD_MAX_NUMBER_FILES = 0

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Chromium applies form-action to the redirect after a POST as well: the consent answer adds the client's
        # origin to it, on that answer only.
        "form-action": [SELF],
    }
}

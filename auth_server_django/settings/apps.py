"""What is installed: the rooms, the middleware in its order, templates and static files."""

from typing import Any

from auth_server_django.settings.environment import BASE_DIR, DEBUG, DEMO

INSTALLED_APPS = [
    "auth_server_django.apps.ServerConfig",
    "auth_server_django.apps.ServerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "axes",
    "ninja",
    "core_app.apps.CoreConfig",
    "limits_app.apps.LimitsConfig",
    "accounts_app.apps.AccountsConfig",
    "messaging_app.apps.MessagingConfig",
    "jwt_app.apps.JwtConfig",
    "otp_app.apps.OtpConfig",
    "sessions_app.apps.SessionsConfig",
    "phone_auth_app.apps.PhoneAuthConfig",
    "email_auth_app.apps.EmailAuthConfig",
    "mfa_app.apps.MfaConfig",
    "social_login_app.apps.SocialLoginConfig",
    "custom_scopes_and_policies_app.apps.DeskConfig",
    "self_service_app.apps.SelfServiceConfig",
    "obligations_app.apps.ObligationsConfig",
]
if DEBUG and DEMO:
    INSTALLED_APPS.append("demo_app.apps.DemoConfig")

MIDDLEWARE = [
    "auth_server_django.arrival.ArrivalMiddleware",
    "auth_server_django.observed.ObservedMiddleware",
    "auth_server_django.probes.ProbesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "auth_server_django.cors.ApiCorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "custom_scopes_and_policies_app.ui_locales.UiLocalesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sessions_app.middleware.BrowserMiddleware",
    "sessions_app.middleware.SsoSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "custom_scopes_and_policies_app.form_action.FormActionMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "auth_server_django.urls"
WSGI_APPLICATION = "auth_server_django.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "auth_server_django.context.product",
            ]
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# In development files are served straight from the rooms; production collects them once (`collectstatic`).
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

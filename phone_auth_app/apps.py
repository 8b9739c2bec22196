from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Declares this room's events before anybody looks for them in the catalogue.
from phone_auth_app import signals  # noqa: F401


class PhoneAuthConfig(AppConfig):
    name = "phone_auth_app"
    verbose_name = _("Sign-in by phone")

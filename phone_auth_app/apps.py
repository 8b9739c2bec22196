from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhoneAuthConfig(AppConfig):
    name = "phone_auth_app"
    verbose_name = _("Sign-in by phone")

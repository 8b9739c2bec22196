from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmailAuthConfig(AppConfig):
    name = "email_auth_app"
    verbose_name = _("Sign-in by e-mail")

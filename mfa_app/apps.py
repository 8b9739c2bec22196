"""The second factors' place in Django: their name and start-up checks."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from mfa_app.checks import check_settings


class MfaConfig(AppConfig):
    name = "mfa_app"
    verbose_name = _("Second factors")

    def ready(self) -> None:
        register(check_settings)

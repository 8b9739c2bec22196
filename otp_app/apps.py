"""The one-time codes' place in Django: their name and start-up checks."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from otp_app.checks import check_settings


class OtpConfig(AppConfig):
    name = "otp_app"
    verbose_name = _("One-time codes")

    def ready(self) -> None:
        register(check_settings)

"""The limits' place in Django: their name and start-up checks."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from limits_app.checks import check_settings


class LimitsConfig(AppConfig):
    name = "limits_app"
    verbose_name = _("Limits")

    def ready(self) -> None:
        register(check_settings)

"""The post office's place in Django: its name and its start-up checks."""

from django.apps import AppConfig
from django.core.checks import register
from django.core.signals import request_finished
from django.utils.translation import gettext_lazy as _

from messaging_app.afterwards import do_what_waits
from messaging_app.checks import check_settings


class MessagingConfig(AppConfig):
    name = "messaging_app"
    verbose_name = _("Messages")

    def ready(self) -> None:
        register(check_settings)
        request_finished.connect(do_what_waits, dispatch_uid="messaging_app.afterwards")

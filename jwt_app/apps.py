from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JwtConfig(AppConfig):
    name = "jwt_app"
    verbose_name = _("Keys and tokens")

    def ready(self) -> None:
        import_module("jwt_app.checks")

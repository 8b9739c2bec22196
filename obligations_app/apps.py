from importlib import import_module

from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ObligationsConfig(AppConfig):
    name = "obligations_app"
    verbose_name = _("Record and duties")

    def ready(self) -> None:
        # A room's events are known once its `signals` module is loaded; nobody else may have done that yet.
        autodiscover_modules("signals")
        register(import_module("obligations_app.checks").check_settings)
        import_module("obligations_app.receivers").connect_all()

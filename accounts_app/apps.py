from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts_app"
    verbose_name = _("People")

    def ready(self) -> None:
        """Register the start-up checks and answers. They look at settings and people, which need the models."""
        from accounts_app.checks import check_breached_file  # noqa: PLC0415  after the models are loaded
        from accounts_app.receivers import connect_all  # noqa: PLC0415  after the models are loaded

        register(check_breached_file)
        connect_all()

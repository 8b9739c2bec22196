"""Django's view of the composition: start-up checks and the admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from auth_server_django.checks import check_collation


class ServerConfig(AppConfig):
    name = "auth_server_django"
    verbose_name = _("Server")

    def ready(self) -> None:
        """Register the start-up checks."""
        register(check_collation, Tags.database)


class ServerAdminConfig(AdminConfig):
    default_site = "auth_server_django.admin.ServerAdminSite"

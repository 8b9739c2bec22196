"""Django's view of the composition: start-up checks and the admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from auth_server_django.checks import check_collation
from auth_server_django.metrics.receivers import listen_to_events, watch_statements
from auth_server_django.production import check_networks, check_production


class ServerConfig(AppConfig):
    name = "auth_server_django"
    verbose_name = _("Server")

    def ready(self) -> None:
        """Register the start-up checks; count what is told and asked."""
        register(check_collation, Tags.database)
        register(check_networks, Tags.security)
        register(check_production, Tags.security, deploy=True)
        connection_created.connect(watch_statements, dispatch_uid="metrics.statements")
        listen_to_events()


class ServerAdminConfig(AdminConfig):
    default_site = "auth_server_django.admin.ServerAdminSite"

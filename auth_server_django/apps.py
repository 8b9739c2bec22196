"""Django's view of the composition: start-up checks and the admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class ServerConfig(AppConfig):
    name = "auth_server_django"
    verbose_name = _("Server")


class ServerAdminConfig(AdminConfig):
    default_site = "auth_server_django.admin.ServerAdminSite"

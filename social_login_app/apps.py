from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from social_login_app.checks import check_providers


class SocialLoginConfig(AppConfig):
    name = "social_login_app"
    verbose_name = _("Social sign-in")

    def ready(self) -> None:
        """Register the start-up checks."""
        register(check_providers)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialLoginConfig(AppConfig):
    name = "social_login_app"
    verbose_name = _("Social sign-in")

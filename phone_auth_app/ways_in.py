"""This room's button on other rooms' sign-in page."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """To the page of this room."""
    return [Link(_("Sign in by phone"), "phone_auth:login", position=10)]

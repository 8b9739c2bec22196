"""This room's button on other rooms' page for a forgotten password."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """To the page of this room."""
    return [Link(_("Get an SMS instead"), "phone_auth:reset", position=10)]

"""This room's button on the sign-in page."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """Sign in with address and password."""
    return [Link(_("Sign in with e-mail"), "email_auth:login", position=20)]

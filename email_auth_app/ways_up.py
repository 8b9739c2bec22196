"""This room's button on the sign-up page."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """Sign up with an address."""
    return [Link(_("Sign up with e-mail"), "email_auth:signup", position=20)]

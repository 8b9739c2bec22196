"""This room's button on the page for a forgotten password."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """Set a new password by e-mail."""
    return [Link(_("Get an e-mail instead"), "email_auth:reset", position=20)]

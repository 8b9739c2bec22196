"""This room's pages of my account."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """Password and e-mail address."""
    return [
        Link(
            _("Password"),
            "email_auth:change-password",
            note=_("Choose another one. You stay signed in here only."),
            position=20,
        ),
        Link(
            _("E-mail"),
            "email_auth:change",
            note=_("To sign in with, to get back in, and for notices."),
            position=21,
        ),
    ]

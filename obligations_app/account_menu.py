"""This room's page of my account."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """What happened."""
    note = _("Sign-ins, changes and apps: everything that happened to your account.")
    return [Link(_("Activity"), "obligations:activity", note=note, position=40)]

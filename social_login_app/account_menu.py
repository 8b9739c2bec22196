"""The entry in the menu of my account."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link
from social_login_app.providers import enabled_providers


def links() -> list[Link]:
    """One, where there is something to connect."""
    if not enabled_providers():
        return []
    note = _("Other services that sign you in here.")
    return [Link(_("Connected sign-ins"), "social:accounts", note=note, position=50)]

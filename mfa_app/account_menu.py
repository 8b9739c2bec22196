"""This room's page in my account."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """The second factors."""
    note = _("Passkeys, authenticator apps and codes that protect your account beside the password.")
    return [Link(_("Security"), "mfa:security", note=note, position=30)]

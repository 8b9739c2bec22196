"""This room's way to sign in."""

from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link


def links() -> list[Link]:
    """With a passkey. The script lets the browser offer one in the number's field, too."""
    return [Link(_("Sign in with a passkey"), "mfa:passkey-login", script="js/passkeys.js", position=10)]

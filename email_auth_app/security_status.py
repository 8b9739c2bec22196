"""What this room says of how safe an account is: its address and its password."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.status_lines import StatusLine

EMAIL, PASSWORD = _("E-mail"), _("Password")
ADDRESS_PAGE = "email_auth:change"


def lines(person: User) -> Sequence[StatusLine]:
    """Two."""
    return [_email(person), _password(person)]


def _email(person: User) -> StatusLine:
    if person.email_identifier:
        return StatusLine(
            name=EMAIL,
            words=_("Your address is verified."),
            is_good=True,
            url_name=ADDRESS_PAGE,
            action=_("Change"),
            position=20,
        )
    is_there = bool(person.email)
    return StatusLine(
        name=EMAIL,
        words=_("Your address is not verified.") if is_there else _("There is no address on your account."),
        is_good=False,
        url_name=ADDRESS_PAGE,
        action=_("Verify it") if is_there else _("Add an address"),
        position=20,
    )


def _password(person: User) -> StatusLine:
    has_one = person.has_usable_password()
    return StatusLine(
        name=PASSWORD,
        words=_("You have a password.") if has_one else _("You have no password: you sign in by codes."),
        is_good=True if has_one else None,
        url_name="email_auth:change-password",
        action=_("Change") if has_one else _("Choose one"),
        position=30,
    )

"""What this room says of how safe an account is: whether there is a second factor, and codes for when it is lost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts_app.models import User
from core_app.status_lines import StatusLine
from mfa_app import backup_codes
from mfa_app.selectors import factors_of, possible_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

FACTOR, CODES = _("Second factor"), _("Backup codes")


def lines(person: User) -> Sequence[StatusLine]:
    """One; two for whoever has a second factor."""
    if not possible_of(person).enrolled:
        words = _("There is none: whoever knows your password, or reads your SMS, is in.")
        return [_line(FACTOR, words, is_good=False, action=_("Add one"), position=40)]
    count = sum(not factor.is_suspended for factor in factors_of(person))
    said = ngettext("You have %(count)d.", "You have %(count)d.", count) % {"count": count}
    return [_line(FACTOR, said, is_good=True, action=_("Look at it"), position=40), _codes(person)]


def _codes(person: User) -> StatusLine:
    left = backup_codes.count_unused(person)
    if not left:
        return _line(
            CODES,
            _("There are none. Whoever loses the second factor loses the account."),
            is_good=False,
            action=_("Make some"),
            position=41,
        )
    said = ngettext("%(count)d unused code is left.", "%(count)d unused codes are left.", left)
    return _line(CODES, said % {"count": left}, is_good=True, action=_("Make new ones"), position=41)


def _line(name: "Text", words: "Text", *, is_good: bool, action: "Text", position: int) -> StatusLine:
    return StatusLine(
        name=name, words=words, is_good=is_good, url_name="mfa:security", action=action, position=position
    )

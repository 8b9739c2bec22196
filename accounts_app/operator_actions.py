"""What operators may do with an account itself: shut it, open it, ask for a new password."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.deactivation import deactivate, reactivate
from accounts_app.models import User
from accounts_app.services import require_new_password
from accounts_app.signals import operator_locked, operator_required_password, operator_unlocked
from accounts_app.status import failures_counted_of
from core_app.deeds import Deed, NothingToDo, OperatorAction
from limits_app.lifting import lift


def actions() -> list[OperatorAction]:
    """This room's actions."""
    return [LOCK, UNLOCK, REQUIRE_PASSWORD]


def _lock(deed: Deed) -> str:
    was_closed = deed.person.delete_after is not None
    # An account that its owner closed is shut already; from now on only an operator opens it again.
    if not deactivate(user=deed.person, caller=deed.caller) and not was_closed:
        raise NothingToDo(_("The account was shut already."))
    return _("%(person)s is shut out.") % {"person": deed.person}


def _unlock(deed: Deed) -> str:
    # Both, whichever is the reason: whoever is let in again must not meet the lock of their own attempts.
    was_shut = reactivate(user=deed.person, caller=deed.caller)
    lifted = lift(failures_counted_of(deed.person), caller=deed.caller)
    if not was_shut and not lifted:
        raise NothingToDo(_("The account was open already, and no failed attempts were counted."))
    return _("%(person)s can sign in again.") % {"person": deed.person}


def _require_password(deed: Deed) -> str:
    if not require_new_password(user=deed.person, caller=deed.caller):
        raise NothingToDo(_("A new password was required already."))
    return _("%(person)s has to set a new password.") % {"person": deed.person}


def _what_locking_ends(person: User, target: str) -> Sequence[str]:
    return [
        _("Every session ends at once, on every device."),
        _("Every app loses its access: all tokens are refused from now on."),
        _("Nobody can sign in to the account, until it is unlocked."),
    ]


def _what_unlocking_does(person: User, target: str) -> Sequence[str]:
    opens = (
        [] if person.is_active else [_("The account is opened. Sessions and tokens of before stay ended.")]
    )
    return [*opens, _("Failed attempts are forgotten, and the locks that they made end.")]


def _what_requiring_ends(person: User, target: str) -> Sequence[str]:
    return [
        _("Every session ends at once, and with it the access of every app."),
        _("The old password opens nothing more: whoever signs in is led to set a new one, by a code."),
        _("The person is told by e-mail, if they have verified an address."),
    ]


def _can_be_shut(person: User) -> bool:
    return person.is_active or person.delete_after is not None


def _is_in_need(person: User) -> bool:
    return not person.is_active or failures_counted_of(person).filter(failures__gt=0).exists()


def _has_good_password(person: User) -> bool:
    return person.is_active and person.has_usable_password() and not person.must_change_password


LOCK = OperatorAction(
    key="lock",
    label=gettext_lazy("Shut out"),
    permission="accounts_app.lock_person",
    event=operator_locked,
    consequences=_what_locking_ends,
    carry_out=_lock,
    is_offered=_can_be_shut,
    is_for_many=True,
    position=60,
)
UNLOCK = OperatorAction(
    key="unlock",
    label=gettext_lazy("Unlock"),
    permission="accounts_app.unlock_person",
    event=operator_unlocked,
    consequences=_what_unlocking_does,
    carry_out=_unlock,
    is_offered=_is_in_need,
    is_for_many=True,
    position=10,
)
REQUIRE_PASSWORD = OperatorAction(
    key="require-password",
    label=gettext_lazy("Require a new password"),
    permission="accounts_app.require_new_password",
    event=operator_required_password,
    consequences=_what_requiring_ends,
    carry_out=_require_password,
    is_offered=_has_good_password,
    is_for_many=True,
    position=30,
)

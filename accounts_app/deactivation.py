"""Shutting a person out and letting them in again: decided by row count, told once, felt everywhere at the commit.

Other rooms hear of it in the same transaction and end what is theirs: sign-ins, codes, token families (I04).
"""

from datetime import datetime

from django.utils import timezone

from accounts_app.models import AccountClosure, User
from accounts_app.signals import person_deactivated, person_reactivated
from core_app.caller import Caller
from core_app.transactions import run_in_transaction


def deactivate(*, user: User, caller: Caller | None = None, by: User | None = None) -> bool:
    """Shut a person out. True when this call did it; row count decides, so it is told once.

    `by` is the operator who does it. An account that its owner has closed stays closed after this: the link that would
    open it again is worthless, and the day of its deletion stays.
    """
    now = timezone.now()

    def switch() -> bool:
        done = User.objects.filter(pk=user.pk, is_active=True).update(
            is_active=False, deactivated_at=now, updated_at=now
        )
        end_undo(user, now)
        if done:
            person_deactivated.emit(user_id=user.pk, subject=str(user.sub), reason=_named(by), caller=caller)
        return bool(done)

    # On MariaDB a redemption asks for the person's row while it holds the session's: one of the two starts again.
    is_done = run_in_transaction(switch)
    user.is_active, user.deactivated_at = False, now
    return is_done


def reactivate(*, user: User, caller: Caller | None = None, by: User | None = None) -> bool:
    """Let a person in again. True when this call did it. An account that its owner closed is not deleted then."""
    now = timezone.now()

    def switch() -> bool:
        done = User.objects.filter(pk=user.pk, is_active=False).update(
            is_active=True, deactivated_at=None, delete_after=None, updated_at=now
        )
        if done:
            end_undo(user, now)
            person_reactivated.emit(user_id=user.pk, subject=str(user.sub), reason=_named(by), caller=caller)
        return bool(done)

    is_done = run_in_transaction(switch)
    user.is_active, user.deactivated_at, user.delete_after = True, None, None
    return is_done


def reopen_closed_since(user_id: int, since: datetime, *, caller: Caller | None) -> bool:
    """Open an account again that was closed after `since` and is not deleted yet. True when this call did it.

    For who takes back a number or address that somebody else put on the account: they closed it as well, and the link
    went to them. What an operator shut stays shut. Call it in the transaction of the change.
    """
    now = timezone.now()
    closures = AccountClosure.objects.filter(
        user_id=user_id, closed_at__gte=since, undone_at__isnull=True, undo_until__gt=now
    )
    if not closures.update(undone_at=now):
        return False
    opened = User.objects.filter(pk=user_id, is_active=False, delete_after__gt=now)
    if not opened.update(is_active=True, deactivated_at=None, delete_after=None, updated_at=now):
        return False
    person_reactivated.emit(user_id=user_id, reason="a change was taken back", caller=caller)
    return True


def end_undo(user: User, now: datetime) -> None:
    """The links that would open this person's account again are worthless from now on."""
    AccountClosure.objects.filter(user_id=user.pk, undone_at__isnull=True, undo_until__gt=now).update(
        undo_until=now
    )


def _named(operator: User | None) -> str:
    return f"by operator {operator.pk}" if operator else ""

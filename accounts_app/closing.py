"""A person closes their own account: shut at once, deleted after the grace time, opened again by a link until then.

Only hashes of undo tokens come here. A token is made and sent by whoever closes the account.
"""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.conf import conf
from accounts_app.models import AccountClosure, User
from accounts_app.phone_changes import TOO_LATE, UndoRefused
from accounts_app.signals import person_deactivated, person_reactivated
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.transactions import run_in_transaction

BY_THE_PERSON = "by the person"


class OperatorStays(AppError):
    """An operator's account is not closed by its owner: another operator does it, so that somebody is left."""

    code = "operator_account"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("You are an operator here. Ask another operator to take your rights away first."))


class ClosedMeanwhile(AppError):
    """The account is shut already."""

    code = "account_closed_meanwhile"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This account is closed already."))


def require_closable(user: User) -> None:
    """Raise OperatorStays for an operator."""
    if user.is_staff or user.is_superuser:
        raise OperatorStays


def close_account(*, user: User, undo_hash: str, caller: Caller | None = None) -> AccountClosure:
    """Shut the account and set the day of its deletion. Every sign-in and token ends by the events.

    Raises OperatorStays, and ClosedMeanwhile when somebody was faster.
    """
    require_closable(user)

    def close() -> AccountClosure:
        now = timezone.now()
        until = now + timedelta(days=conf.ACCOUNT_DELETION_DAYS)
        done = User.objects.filter(pk=user.pk, is_active=True, is_staff=False, is_superuser=False).update(
            is_active=False, deactivated_at=now, delete_after=until, updated_at=now
        )
        if not done:
            raise ClosedMeanwhile
        closure = AccountClosure.objects.create(
            user=user, closed_at=now, undo_hash=undo_hash, undo_until=until
        )
        person_deactivated.emit(user_id=user.pk, subject=str(user.sub), reason=BY_THE_PERSON, caller=caller)
        return closure

    return run_in_transaction(close)


def find_reopenable(undo_hash: str) -> AccountClosure:
    """The closed account that this link opens again. Raises UndoRefused."""
    closure = _undoable().filter(undo_hash=undo_hash, user__is_active=False).select_related("user").first()
    if closure is None:
        raise UndoRefused(TOO_LATE)
    return closure


def reopen_account(
    *, closure: AccountClosure, caller: Caller | None = None, operator_id: int | None = None
) -> None:
    """Let the person in again; nothing that ended comes back. Raises UndoRefused, also when it is being deleted.

    `operator_id` names the operator who does it for them.
    """
    reason = BY_THE_PERSON if operator_id is None else f"by operator {operator_id}"

    def reopen() -> None:
        now = timezone.now()
        # The person first, as the deletion does: the two never wait for each other in a circle.
        opened = User.objects.filter(pk=closure.user_id, is_active=False, delete_after__gt=now).update(
            is_active=True, deactivated_at=None, delete_after=None, updated_at=now
        )
        if not opened or not _undoable().filter(pk=closure.pk).update(undone_at=now):
            raise UndoRefused(TOO_LATE)
        person_reactivated.emit(
            user_id=closure.user_id, subject=str(closure.user.sub), reason=reason, caller=caller
        )

    run_in_transaction(reopen)


def _undoable() -> QuerySet[AccountClosure]:
    return AccountClosure.objects.filter(undone_at__isnull=True, undo_until__gt=timezone.now())

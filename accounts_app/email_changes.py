"""A proven e-mail address for a person, and taking that back. The unique address and row counts decide every race.

Only hashes of undo tokens come here. A token is made and sent by whoever changes the address.
"""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.deactivation import reopen_closed_since
from accounts_app.models import EmailChange, User
from accounts_app.phone_changes import TOO_LATE, UndoRefused
from accounts_app.services import EmailTaken
from accounts_app.signals import email_change_undone, email_changed, email_verified
from core_app.caller import Caller
from core_app.errors import AppError


class EmailChangedMeanwhile(AppError):
    """The person has another verified address by now, or may not sign in any more."""

    code = "email_changed_meanwhile"
    status = 409


def set_verified_email(
    *, user: User, email: str, undo_hash: str, undo_until: datetime, caller: Caller | None = None
) -> EmailChange:
    """Give a person the address (its normal form) that was just proven, in place of what `user` was read with.

    Raises EmailTaken when somebody else has verified it, EmailChangedMeanwhile when `user` is out of date.
    """
    now = timezone.now()
    is_change = user.email_identifier is not None
    change = EmailChange(
        user=user,
        old_email=user.email_identifier or "",
        old_email_verified_at=user.email_verified_at,
        new_email=email,
        changed_at=now,
        undo_hash=undo_hash,
        undo_until=undo_until,
    )
    given = {"email": email, "email_identifier": email, "email_verified_at": now}
    with transaction.atomic():
        unchanged = User.objects.filter(pk=user.pk, email_identifier=user.email_identifier, is_active=True)
        if not _give_address(unchanged, **given, updated_at=now):
            raise EmailChangedMeanwhile(_("Your account changed in the meantime. Start again."))
        change.save(force_insert=True)
        signal = email_changed if is_change else email_verified
        signal.emit(user_id=user.pk, subject=str(user.sub), caller=caller)
    return change


def find_undoable_email(undo_hash: str) -> EmailChange:
    """The change that this link takes back. Raises UndoRefused."""
    change = _undoable().filter(undo_hash=undo_hash).select_related("user").first()
    if change is None:
        raise UndoRefused(TOO_LATE)
    return change


def undo_email_change(*, change: EmailChange, caller: Caller | None = None) -> None:
    """Give the old address back, or none when there was none. Later changes are undone with it.

    The password goes too: whoever changed the address may know it, and would only change it again. Every sign-in ends.
    Raises UndoRefused, and EmailTaken when somebody else has verified the old address.
    """
    now = timezone.now()
    with transaction.atomic():
        if not _undoable().filter(pk=change.pk).update(undone_at=now):
            raise UndoRefused(TOO_LATE)
        EmailChange.objects.filter(
            user_id=change.user_id, changed_at__gt=change.changed_at, undone_at__isnull=True
        ).update(undone_at=now)
        _give_address(
            User.objects.filter(pk=change.user_id),
            email=change.old_email,
            email_identifier=change.old_email or None,
            email_verified_at=change.old_email_verified_at,
            password=make_password(None),
            password_changed_at=now,
            updated_at=now,
        )
        reopen_closed_since(change.user_id, change.changed_at, caller=caller)
        change.undone_at = now
        change.user.refresh_from_db()
        email_change_undone.emit(user_id=change.user_id, subject=str(change.user.sub), caller=caller)


def _undoable() -> QuerySet[EmailChange]:
    return EmailChange.objects.filter(undone_at__isnull=True, undo_until__gt=timezone.now())


def _give_address(people: QuerySet[User], **changes: object) -> bool:
    """Whether there was somebody to change. Raises EmailTaken; the transaction outside lives on."""
    try:
        with transaction.atomic():
            return bool(people.update(**changes))
    except IntegrityError as error:
        raise EmailTaken(_("This address belongs to another account."), field="email") from error

"""Another number for a person, and taking that back. The unique number and row counts decide every race.

Only hashes of undo tokens come here. A token is made and sent by whoever changes the number.
"""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.deactivation import reopen_closed_since
from accounts_app.models import PhoneChange, User
from accounts_app.services import PhoneTaken
from accounts_app.signals import phone_change_undone
from core_app.caller import Caller
from core_app.errors import AppError

TOO_LATE = _("This link has been used, or it is too old.")


class ChangedMeanwhile(AppError):
    """The person has another number by now, or may not sign in any more."""

    code = "phone_changed_meanwhile"
    status = 409


class UndoRefused(AppError):
    """The link is unknown, too old, or was used."""

    code = "undo_refused"


def change_phone(*, user: User, phone: str, undo_hash: str, undo_until: datetime) -> PhoneChange:
    """Give a person the number (E.164) that was just proven, in place of the one that `user` was read with.

    Raises PhoneTaken when somebody else has it, ChangedMeanwhile when `user` is out of date.
    """
    now = timezone.now()
    change = PhoneChange(
        user=user,
        old_phone=user.phone or "",
        old_phone_proven_at=user.phone_proven_at,
        new_phone=phone,
        changed_at=now,
        undo_hash=undo_hash,
        undo_until=undo_until,
    )
    with transaction.atomic():
        unchanged = User.objects.filter(pk=user.pk, phone=user.phone, is_active=True)
        if not _give_number(unchanged, phone=phone, phone_proven_at=now, updated_at=now):
            raise ChangedMeanwhile(_("Your account changed in the meantime. Start again."))
        change.save(force_insert=True)
    user.phone, user.phone_proven_at = phone, now
    return change


def find_undoable(undo_hash: str) -> PhoneChange:
    """The change that this link takes back. Raises UndoRefused."""
    change = undoable().filter(undo_hash=undo_hash).select_related("user").first()
    if change is None:
        raise UndoRefused(TOO_LATE)
    return change


def undo_phone_change(*, change: PhoneChange, caller: Caller | None = None) -> None:
    """Give the old number back. Later changes are undone with it, whatever links they sent.

    The password goes too: whoever changed the number may know it, and would only change the number again. Every sign-in
    ends. Raises UndoRefused, and PhoneTaken when somebody else signed up with the old number.
    """
    now = timezone.now()
    with transaction.atomic():
        if not undoable().filter(pk=change.pk).update(undone_at=now):
            raise UndoRefused(TOO_LATE)
        PhoneChange.objects.filter(
            user_id=change.user_id, changed_at__gt=change.changed_at, undone_at__isnull=True
        ).update(undone_at=now)
        _give_number(
            User.objects.filter(pk=change.user_id),
            phone=change.old_phone or None,
            phone_proven_at=change.old_phone_proven_at,
            password=make_password(None),
            password_changed_at=now,
            updated_at=now,
        )
        reopen_closed_since(change.user_id, change.changed_at, caller=caller)
        change.undone_at = now
        change.user.refresh_from_db()
        phone_change_undone.emit(user_id=change.user_id, subject=str(change.user.sub), caller=caller)


def close_undo(changes: QuerySet[PhoneChange]) -> int:
    """Make the links of these changes worthless; how many still were good."""
    now = timezone.now()
    return changes.filter(undone_at__isnull=True, undo_until__gt=now).update(undo_until=now)


def undoable() -> QuerySet[PhoneChange]:
    """The changes that can still be taken back."""
    return PhoneChange.objects.filter(undone_at__isnull=True, undo_until__gt=timezone.now())


def _give_number(people: QuerySet[User], **changes: object) -> bool:
    """Whether there was somebody to change. Raises PhoneTaken; the transaction outside lives on."""
    try:
        with transaction.atomic():
            return bool(people.update(**changes))
    except IntegrityError as error:
        raise PhoneTaken(_("This number belongs to another account."), field="phone") from error

"""What of this room goes: closed accounts whose grace time is over, changes of number and address long final."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from accounts_app.conf import conf
from accounts_app.deletion import delete_closed, due_for_deletion
from accounts_app.models import EmailChange, PhoneChange
from core_app.cleanup import OldRows

# Each takes some dozen statements, in every room.
PEOPLE_AT_ONCE = 20


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`."""
    kept = timedelta(days=conf.PHONE_CHANGE_KEEP_DAYS)
    numbers = PhoneChange.objects.filter(undo_until__lt=now - kept)
    addresses = EmailChange.objects.filter(undo_until__lt=now - kept)
    return [
        OldRows("accounts.phone_changes", numbers.order_by("undo_until")),
        OldRows("accounts.email_changes", addresses.order_by("undo_until")),
        OldRows(
            "accounts.closed",
            due_for_deletion(now).order_by("delete_after"),
            delete_one=partial(delete_closed, now=now),
            most=PEOPLE_AT_ONCE,
        ),
    ]

"""Deleting a closed account when its grace time is over: the person's row, what hangs on it, what rooms keep besides.

The record keeps the bare number of the person, which names nobody any more; the subject is never given again (OIDC Core
§2), the phone number and the address are free for somebody else.
"""

from datetime import datetime

from django.db.models import QuerySet

from accounts_app.identifiers import normalise_email
from accounts_app.models import EmailChange, PhoneChange, User
from accounts_app.signals import person_deleted
from core_app.forgetting import Leaving, forget_everywhere
from core_app.transactions import run_in_transaction


def due_for_deletion(now: datetime) -> QuerySet[User]:
    """The accounts that their owners closed and whose grace time is over at `now`."""
    return User.objects.filter(is_active=False, delete_after__lte=now)


def delete_closed(user_id: int, *, now: datetime) -> bool:
    """Delete a person whose time has come. False when somebody else did, or the account was opened again meanwhile."""

    def delete() -> bool:
        person = due_for_deletion(now).filter(pk=user_id).first()
        # Whoever empties the day of deletion does it; opening the account again asks for that day too.
        if person is None or not due_for_deletion(now).filter(pk=user_id).update(delete_after=None):
            return False
        forget_everywhere(Leaving(user_id=user_id, addresses=_addresses_of(person)))
        User.objects.filter(pk=user_id).delete()
        person_deleted.emit(user_id=user_id, subject=str(person.sub))
        return True

    return run_in_transaction(delete)


def _addresses_of(person: User) -> tuple[str, ...]:
    """Their number and address, and those before; not what somebody else has by now."""
    phones = {person.phone or ""}
    for change in PhoneChange.objects.filter(user=person):
        phones |= {change.old_phone, change.new_phone}
    emails = {normalise_email(person.email)}
    for changed in EmailChange.objects.filter(user=person):
        emails |= {normalise_email(changed.old_email), normalise_email(changed.new_email)}
    others = User.objects.exclude(pk=person.pk)
    phones -= set(others.filter(phone__in=phones).values_list("phone", flat=True))
    emails -= set(others.filter(email_identifier__in=emails).values_list("email_identifier", flat=True))
    return tuple(sorted((phones | emails) - {""}))

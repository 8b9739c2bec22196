"""Who the person is, as this room keeps it: numbers and addresses in full, because they are theirs."""

from collections.abc import Mapping

from accounts_app.models import AccountClosure, EmailChange, PhoneChange, User
from accounts_app.profile import profile_of

DATES = ("date_joined", "last_login", "updated_at", "password_changed_at")


def exported(person: User) -> Mapping[str, object]:
    """No hashes: neither of the password nor of links."""
    return {
        "account": {
            "subject": person.sub,
            "phone_number": person.phone,
            "phone_proven_at": person.phone_proven_at,
            "email": person.email,
            "email_verified_at": person.email_verified_at,
            "has_password": person.has_usable_password(),
            "must_change_password": person.must_change_password,
            "is_operator": person.is_staff,
            "groups": list(person.groups.order_by("name").values_list("name", flat=True)),
            **{date: getattr(person, date) for date in DATES},
        },
        "profile": profile_of(person),
        "changes_of_number": list(
            PhoneChange.objects.filter(user=person)
            .order_by("changed_at")
            .values("old_phone", "new_phone", "changed_at", "undone_at")
        ),
        "changes_of_email": list(
            EmailChange.objects.filter(user=person)
            .order_by("changed_at")
            .values("old_email", "new_email", "changed_at", "undone_at")
        ),
        "closings": list(
            AccountClosure.objects.filter(user=person).order_by("closed_at").values("closed_at", "undone_at")
        ),
    }

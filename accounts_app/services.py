"""What changes a person: made once a number is proven, given a password or profile, deactivated.

Hashing a password costs tens of milliseconds, so it is done before a transaction is opened, never inside one.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import normalise_email
from accounts_app.models import User
from accounts_app.passwords import normalise_password
from accounts_app.signals import person_deactivated, person_reactivated
from core_app.caller import Caller
from core_app.errors import AppError


class PhoneTaken(AppError):
    """Another person has this number. The unique constraint decides, so it holds under races."""

    code = "phone_taken"
    status = 409


def new_person(*, phone: str, password: str | None, phone_proven_at: datetime | None, **profile: Any) -> User:
    """A person not yet saved, its password hashed. `phone` is E.164; no password makes it unusable (J07)."""
    person = User(phone=phone, phone_proven_at=phone_proven_at, **profile)
    if password is None:
        person.set_unusable_password()
    else:
        _hash_password(person, password)
    return person


def insert_person(person: User) -> User:
    """Save what `new_person` made. Raises PhoneTaken when somebody was faster; outer transactions live on."""
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        if not User.objects.filter(phone=person.phone).exists():
            raise
        raise PhoneTaken(_("This number already has an account. Sign in instead."), field="phone") from error
    return person


def create_person(
    *, phone: str, password: str | None, phone_proven_at: datetime | None, **profile: Any
) -> User:
    """A saved person. `phone` is E.164; `phone_proven_at` None means never proven. Raises PhoneTaken."""
    return insert_person(
        new_person(phone=phone, password=password, phone_proven_at=phone_proven_at, **profile)
    )


def set_password(*, user: User, password: str) -> None:
    """Hash and save a password that has already passed the rules."""
    _hash_password(user, password)
    user.must_change_password = False
    user.save(update_fields=["password", "password_changed_at", "must_change_password", "updated_at"])


def with_new_password(*, user: User, password: str) -> User:
    """The person with a password that has passed the rules, hashed and not yet saved (`save_new_password`)."""
    _hash_password(user, password)
    user.must_change_password = False
    return user


def save_new_password(*, user: User) -> bool:
    """Save what `with_new_password` made. False, and nothing saved, when the person was shut out or got another
    number since `user` was read: what was proven then is no proof any more.
    """
    return bool(
        User.objects.filter(pk=user.pk, phone=user.phone, is_active=True).update(
            password=user.password,
            password_changed_at=user.password_changed_at,
            must_change_password=user.must_change_password,
            updated_at=timezone.now(),
        )
    )


def update_profile(
    *,
    user: User,
    name: str | None = None,
    given_name: str | None = None,
    family_name: str | None = None,
    email: str | None = None,
) -> None:
    """Change what is given: None leaves a claim, "" clears it. A changed e-mail is no longer verified."""
    given = {"name": name, "given_name": given_name, "family_name": family_name}
    changes: dict[str, Any] = {field: text.strip() for field, text in given.items() if text is not None}
    if email is not None:
        changes |= _email_changes(user, email)
    for field, value in changes.items():
        setattr(user, field, value)
    if changes:
        user.save(update_fields=[*changes, "updated_at"])


def deactivate(*, user: User, caller: Caller | None = None) -> bool:
    """Shut a person out. True when this call did it; row count decides, so it is told once."""
    return _set_active(user, is_active=False, caller=caller)


def reactivate(*, user: User, caller: Caller | None = None) -> bool:
    """Let a person in again. True when this call did it."""
    return _set_active(user, is_active=True, caller=caller)


def _set_active(user: User, *, is_active: bool, caller: Caller | None) -> bool:
    now = timezone.now()
    deactivated_at = None if is_active else now
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=not is_active).update(
            is_active=is_active, deactivated_at=deactivated_at, updated_at=now
        )
        user.is_active, user.deactivated_at = is_active, deactivated_at
        if changed:
            signal = person_reactivated if is_active else person_deactivated
            signal.emit(user_id=user.pk, subject=str(user.sub), caller=caller)
    return bool(changed)


def _hash_password(user: User, password: str) -> None:
    user.set_password(normalise_password(password))
    user.password_changed_at = timezone.now()


def _email_changes(user: User, email: str) -> dict[str, Any]:
    """The address as typed; its unique form only comes back when the new address is verified."""
    typed = email.strip()
    changes: dict[str, Any] = {"email": typed}
    if normalise_email(typed) != normalise_email(user.email):
        changes |= {"email_verified_at": None, "email_identifier": None}
    return changes

"""What changes a person: made, proven, given a password or profile.

Hashing a password costs tens of milliseconds, so it is done before a transaction is opened, never inside one.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Case, EmailField, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.deactivation import deactivate as deactivate
from accounts_app.deactivation import reactivate as reactivate
from accounts_app.identifiers import normalise_email
from accounts_app.models import PhoneChange, User
from accounts_app.passwords import normalise_password
from accounts_app.signals import password_change_required, phone_first_proven
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.transactions import run_in_transaction


class PhoneTaken(AppError):
    """Another person has this number. The unique constraint decides, so it holds under races."""

    code = "phone_taken"
    status = 409


class EmailTaken(AppError):
    """Another person has verified this address. The unique constraint decides, so it holds under races."""

    code = "email_taken"
    status = 409


def new_person(
    *, phone: str | None, password: str | None, phone_proven_at: datetime | None, **profile: Any
) -> User:
    """A person not yet saved, its password hashed. `phone` is E.164; no password makes it unusable (J07)."""
    person = User(phone=phone, phone_proven_at=phone_proven_at, **profile)
    if password is None:
        person.set_unusable_password()
    else:
        _hash_password(person, password)
    return person


def insert_person(person: User) -> User:
    """Save what `new_person` made. Raises PhoneTaken or EmailTaken when somebody was faster; outer transactions live
    on.
    """
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        if person.phone and User.objects.filter(phone=person.phone).exists():
            raise PhoneTaken(
                _("This number already has an account. Sign in instead."), field="phone"
            ) from error
        email = person.email_identifier
        if email and User.objects.filter(email_identifier=email).exists():
            raise EmailTaken(
                _("This address already has an account. Sign in instead."), field="email"
            ) from error
        raise
    return person


def create_person(
    *, phone: str, password: str | None, phone_proven_at: datetime | None, **profile: Any
) -> User:
    """A saved person. `phone` is E.164; `phone_proven_at` None means never proven. Raises PhoneTaken."""
    return insert_person(
        new_person(phone=phone, password=password, phone_proven_at=phone_proven_at, **profile)
    )


def record_first_proof(*, user: User, caller: Caller | None = None) -> bool:
    """The number that `user` was read with has just been proven by a code. True when nobody had proven it before.

    Whatever was prepared on the account until then is not the owner's: password, unverified e-mail and the links that
    would take a change of number back go here, sign-ins, consents and tokens with the rooms that hear of it. A proof of
    a proven number changes nothing and costs no statement.
    """
    if user.phone_proven_at is not None:
        return False
    now = timezone.now()
    unproven = User.objects.filter(pk=user.pk, phone=user.phone, phone_proven_at__isnull=True, is_active=True)

    def start_over() -> bool:
        is_first = bool(unproven.update(**_start_over(now)))
        if is_first:
            undoable = PhoneChange.objects.filter(user=user, undone_at__isnull=True, undo_until__gt=now)
            undoable.update(undo_until=now)
            phone_first_proven.emit(user_id=user.pk, subject=str(user.sub), caller=caller)
        return is_first

    is_first = run_in_transaction(start_over)
    user.refresh_from_db()
    return is_first


def _start_over(now: datetime) -> dict[str, Any]:
    is_unverified = When(email_verified_at__isnull=True, then=Value("", output_field=EmailField()))
    return {
        "phone_proven_at": now,
        "password": make_password(None),
        "password_changed_at": now,
        "must_change_password": False,
        "email": Case(is_unverified, default=F("email")),
        "updated_at": now,
    }


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


def save_new_password(*, user: User, instead_of: str | None = None) -> bool:
    """Save what `with_new_password` made. False, and nothing saved, when the person was shut out or got another
    number or address since `user` was read: what was proven then is no proof any more.

    With `instead_of` (a stored hash) also when that is not the person's password any more.
    """
    # Counted from here, not from the hashing before: whoever proved the old password meanwhile proved it too early.
    user.password_changed_at = timezone.now()
    unchanged = User.objects.filter(
        pk=user.pk, phone=user.phone, email_identifier=user.email_identifier, is_active=True
    )
    if instead_of is not None:
        unchanged = unchanged.filter(password=instead_of)
    return bool(
        unchanged.update(
            password=user.password,
            password_changed_at=user.password_changed_at,
            must_change_password=user.must_change_password,
            updated_at=timezone.now(),
        )
    )


def disable_password(*, user: User) -> None:
    """Nobody gets in by the password any more, until a new one is set with a proof of the number.

    Whoever had one has to set one: a code alone leads to the page that does it. Others are left without.
    """
    had_password = user.has_usable_password()
    now = timezone.now()
    user.set_unusable_password()
    changes: dict[str, Any] = {"must_change_password": True} if had_password else {}
    User.objects.filter(pk=user.pk).update(
        password=user.password, password_changed_at=now, updated_at=now, **changes
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


def require_new_password(*, user: User, caller: Caller | None = None) -> bool:
    """Let the person go on only with a new password, and end what the old one opened. True when this call did it."""

    def require() -> bool:
        required = User.objects.filter(pk=user.pk, must_change_password=False, is_active=True).update(
            must_change_password=True, updated_at=timezone.now()
        )
        if required:
            password_change_required.emit(user_id=user.pk, subject=str(user.sub), caller=caller)
        return bool(required)

    return run_in_transaction(require)


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

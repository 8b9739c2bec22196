"""Signing up: number → code → password → account. Until then nobody learns whether it is known."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from accounts_app.selectors import find_by_phone
from accounts_app.services import (
    PhoneTaken,
    insert_person,
    new_person,
    record_first_proof,
    save_new_password,
    with_new_password,
)
from accounts_app.signals import person_signed_up
from core_app.caller import Caller
from otp_app.purposes import Purpose
from phone_auth_app.flows import codes
from phone_auth_app.flows.codes import PendingCode


def start(*, phone: str, binding: str, language: str, caller: Caller) -> PendingCode:
    """Begin a sign-up of a number in E.164 by sending it a code, known or not. Raises as `codes.send`."""
    pending = PendingCode(purpose=Purpose.SIGNUP.value, phone=phone, binding=binding, sub=str(uuid.uuid4()))
    return codes.send(pending, is_silent=False, language=language, caller=caller)


def send_again(pending: PendingCode, *, language: str, caller: Caller) -> PendingCode:
    """Send another code in place of the last one. Raises as `codes.send_again`."""
    return codes.send_again(pending, is_silent=False, language=language, caller=caller)


def prove(pending: PendingCode, *, code: str, caller: Caller) -> PendingCode:
    """The same, proven, when the code is right. Raises as `codes.check`."""
    codes.check(pending, code=code, caller=caller)
    return proven(pending, caller=caller)


def proven(pending: PendingCode, *, caller: Caller) -> PendingCode:
    """A sign-up whose code was right.

    An account that holds the number without anybody having proven it (an import, an operator's entry) becomes the one
    that is being made.
    """
    proven_now = replace(pending, proven_at=timezone.now().timestamp())
    holder = find_by_phone(pending.phone)
    if holder is None or not record_first_proof(user=holder, caller=caller):
        return proven_now
    return replace(proven_now, sub=str(holder.sub))


def holder_of(pending: PendingCode) -> User | None:
    """Who has this number already. Ask only once the number is proven (G11)."""
    return find_by_phone(pending.phone)


def is_own(pending: PendingCode, person: User) -> bool:
    """Whether this very sign-up made the account, or was the first to prove its number."""
    return str(person.sub) == pending.sub


def waits_for_password(pending: PendingCode, person: User) -> bool:
    """Whether this sign-up took over an account that was there, and has not finished yet."""
    return is_own(pending, person) and not person.has_usable_password()


def finish(pending: PendingCode, *, password: str, caller: Caller) -> User:
    """Make the account. `password` has passed the rules. Raises PhoneTaken when the number has one by now."""
    holder = holder_of(pending)
    if holder is not None and waits_for_password(pending, holder):
        return _complete(holder, password, caller)
    person = new_person(
        phone=pending.phone,
        password=password,
        phone_proven_at=datetime.fromtimestamp(pending.proven_at or 0.0, tz=UTC),
        sub=uuid.UUID(pending.sub),
    )
    with transaction.atomic():
        insert_person(person)
        person_signed_up.emit(user_id=person.pk, subject=pending.sub, caller=caller)
    return person


def _complete(person: User, password: str, caller: Caller) -> User:
    unset = person.password
    person = with_new_password(user=person, password=password)
    with transaction.atomic():
        if not save_new_password(user=person, instead_of=unset):
            raise PhoneTaken(_("This number already has an account. Sign in instead."), field="phone")
        person_signed_up.emit(user_id=person.pk, subject=str(person.sub), caller=caller)
    return person

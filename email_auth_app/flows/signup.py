"""Signing up: address → code or link → password → account. Until then nobody learns whether it is known."""

import uuid
from datetime import UTC, datetime

from django.db import transaction

from accounts_app.models import User
from accounts_app.selectors import find_by_email
from accounts_app.services import insert_person, new_person
from accounts_app.signals import person_signed_up
from core_app.caller import Caller
from email_auth_app.flows import proofs
from email_auth_app.flows.proofs import PendingProof
from otp_app.purposes import Purpose


def start(*, email: str, binding: str, language: str, caller: Caller, next_url: str = "") -> PendingProof:
    """Begin a sign-up of an address by sending it a code and a link, known or not. Raises as `proofs.send`."""
    pending = PendingProof(
        purpose=Purpose.SIGNUP.value,
        email=email,
        binding=binding,
        sub=str(uuid.uuid4()),
        next_url=next_url,
    )
    return proofs.send(pending, is_silent=False, language=language, caller=caller)


def send_again(pending: PendingProof, *, language: str, caller: Caller) -> PendingProof:
    """Send another code and link. Raises as `proofs.send_again`."""
    return proofs.send_again(pending, is_silent=False, language=language, caller=caller)


def holder_of(pending: PendingProof) -> User | None:
    """Who has verified this address already. Ask only once it is proven (G11)."""
    return find_by_email(pending.email)


def is_own(pending: PendingProof, person: User) -> bool:
    """Whether this very sign-up made the account."""
    return str(person.sub) == pending.sub


def person_to_be(pending: PendingProof) -> User:
    """Whom the password rules are asked about."""
    return User(email=pending.email)


def finish(
    pending: PendingProof, *, password: str, given_name: str, family_name: str, caller: Caller
) -> User:
    """Make the account of a proven sign-up. `password` has passed the rules. Raises EmailTaken when the address has one
    by now.
    """
    person = new_person(
        phone=None,
        password=password,
        phone_proven_at=None,
        sub=uuid.UUID(pending.sub),
        email=pending.email,
        email_identifier=pending.email,
        email_verified_at=datetime.fromtimestamp(pending.proven_at or 0.0, tz=UTC),
        given_name=given_name,
        family_name=family_name,
        name=f"{given_name} {family_name}".strip(),
    )
    with transaction.atomic():
        insert_person(person)
        person_signed_up.emit(user_id=person.pk, subject=pending.sub, reason="by e-mail", caller=caller)
    return person

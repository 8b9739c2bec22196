"""Signing up: number → code → password → account. Until then nobody learns whether it is known."""

import uuid
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from accounts_app.models import User
from accounts_app.selectors import find_by_phone
from accounts_app.services import insert_person, new_person
from core_app.caller import Caller
from otp_app import services as otp
from otp_app.errors import OtpExpired
from otp_app.purposes import Purpose
from phone_auth_app.flows import gate
from phone_auth_app.flows.pending import PendingSignup
from phone_auth_app.signals import person_signed_up


def start(*, phone: str, binding: str, language: str, caller: Caller) -> PendingSignup:
    """Begin a sign-up of a number in E.164 by sending it a code. Raises as `send_code` does."""
    return send_code(PendingSignup(phone=phone, binding=binding), language=language, caller=caller)


def send_code(pending: PendingSignup, *, language: str, caller: Caller) -> PendingSignup:
    """Send a code, to known and unknown numbers alike. Twice in a row from one browser, it is sent once.

    Raises Locked, ResendTooSoon when another browser was just sent one, OtpExhausted, and what sending refuses with.
    """
    gate.require_open(phone=pending.phone, caller=caller, binding=pending.binding)
    challenge = otp.issue(
        purpose=Purpose.SIGNUP, phone=pending.phone, binding=pending.binding, language=language, caller=caller
    )
    return _with_challenge(pending, challenge)


def resend_code(pending: PendingSignup, *, language: str, caller: Caller) -> PendingSignup:
    """Send another code in place of the last one. Raises ResendTooSoon while the countdown runs; as `send_code`."""
    gate.require_open(phone=pending.phone, caller=caller, binding=pending.binding)
    try:
        challenge = otp.resend(
            challenge_id=uuid.UUID(pending.challenge_id), binding=pending.binding, caller=caller
        )
    except OtpExpired:
        # Another browser asked for a code to this number since: this one starts over.
        return send_code(pending, language=language, caller=caller)
    return _with_challenge(pending, challenge)


def prove_phone(pending: PendingSignup, *, code: str, caller: Caller) -> PendingSignup:
    """Compare a code; a right one works once. One that ran out is no guess and counts for nothing.

    Raises Locked, OtpWrong, OtpExpired or OtpExhausted.
    """
    if not has_live_code(pending):
        raise OtpExpired
    with gate.one_attempt(phone=pending.phone, caller=caller, binding=pending.binding):
        otp.verify(
            challenge_id=uuid.UUID(pending.challenge_id),
            purpose=Purpose.SIGNUP,
            phone=pending.phone,
            binding=pending.binding,
            code=code,
            caller=caller,
        )
    return replace(pending, proven_at=timezone.now().timestamp())


def has_live_code(pending: PendingSignup) -> bool:
    """Whether the last code sent can still be typed in."""
    return timezone.now().timestamp() < pending.expires_at


def seconds_to_resend(pending: PendingSignup) -> int:
    """How long the resend button has to wait, 0 when it need not."""
    return max(0, round(pending.resend_at - timezone.now().timestamp()))


def holder_of(pending: PendingSignup) -> User | None:
    """Who has this number already. Ask only once the number is proven (G11)."""
    return find_by_phone(pending.phone)


def is_own(pending: PendingSignup, person: User) -> bool:
    """Whether this very sign-up made the account: its last step was sent twice."""
    return str(person.sub) == pending.sub


def finish(pending: PendingSignup, *, password: str, caller: Caller) -> User:
    """Make the account. `password` has passed the rules. Raises PhoneTaken when the number has one by now."""
    person = new_person(
        phone=pending.phone,
        password=password,
        phone_proven_at=pending.proven_moment(),
        sub=uuid.UUID(pending.sub),
    )
    with transaction.atomic():
        insert_person(person)
        person_signed_up.emit(user_id=person.pk, subject=pending.sub, caller=caller)
    return person


def _with_challenge(pending: PendingSignup, challenge: otp.Challenge) -> PendingSignup:
    return replace(
        pending,
        challenge_id=str(challenge.id),
        expires_at=challenge.expires_at.timestamp(),
        resend_at=challenge.resend_at.timestamp(),
    )

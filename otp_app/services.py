"""Issuing, resending and verifying one-time codes."""

import hmac
import math
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts_app.identifiers import mask_phone
from core_app.caller import Caller
from core_app.events import REFUSED, SUCCESS
from messaging_app.services import queue_sms
from otp_app import engine, store
from otp_app.codes import is_code, new_code
from otp_app.conf import conf
from otp_app.errors import OtpExhausted, OtpExpired, OtpWrong, ResendTooSoon
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.signals import otp_failed, otp_sent, otp_verified

# Past this part of its life a code is not sent any more: it would arrive too late to be typed.
SEND_WITHIN = 0.75


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code was sent to `phone`; it is good until `expires_at`; another may be had at `resend_at`."""

    id: uuid.UUID
    phone: str
    expires_at: datetime
    resend_at: datetime


def issue(
    *,
    purpose: Purpose,
    phone: str,
    binding: str,
    language: str = "",
    caller: Caller | None = None,
    is_silent: bool = False,
) -> Challenge:
    """Send a code to an E.164 number and return the challenge it answers; an earlier challenge is dead.

    `binding` names the browser or API session that must bring the code back (at most 64 characters). Asked
    again by the same one within the cool-down, it returns the challenge that is already there and sends
    nothing. `is_silent` (nobody has the number) does all of it, counted against the same limits, but the message
    is born expired: it is never sent and costs nothing, and nobody can tell from outside (G11).
    Raises ResendTooSoon, OtpExhausted, Unavailable, and what `queue_sms` refuses with.
    """
    now = timezone.now()
    fresh_id = uuid.uuid4()
    with transaction.atomic(), _in_plain_words():
        row = store.open_line(phone, purpose)
        line = store.change(
            row,
            lambda line: engine.begin(line, now=now, policy=policy(), challenge_id=fresh_id, binding=binding),
            language=language,
        )
        if line.challenge_id == fresh_id:
            _send(row, line, language=language, caller=caller, is_silent=is_silent)
    return _challenge(row, line, now)


def resend(
    *, challenge_id: uuid.UUID, binding: str, caller: Caller | None = None, is_silent: bool = False
) -> Challenge:
    """Send another code for a challenge; the one before is dead, the wrong tries stay counted.

    `is_silent` as for `issue`. Raises as `issue`, and OtpExpired (used, replaced or another browser's).
    """
    now = timezone.now()
    row = store.find(challenge_id)
    if row is None or not _is_same(row.binding, binding):
        raise OtpExpired
    with transaction.atomic(), _in_plain_words():
        line = store.change(
            row, lambda line: engine.renew(line, now=now, policy=policy()), challenge_id=challenge_id
        )
        _send(row, line, language=row.language, caller=caller, is_silent=is_silent)
    return _challenge(row, line, now)


def verify(
    *,
    challenge_id: uuid.UUID,
    purpose: Purpose,
    phone: str,
    binding: str,
    code: str,
    caller: Caller | None = None,
) -> None:
    """Return when the code is the right one for all of this; it is used up then.

    Never call it inside a transaction: a try that is rolled back was not counted (RuntimeError).
    Raises OtpWrong, OtpExpired, OtpExhausted, Unavailable.
    """
    row = store.find(challenge_id)
    if row is None:
        raise OtpExpired
    is_meant = row.purpose == purpose and row.phone == phone and _is_same(row.binding, binding)
    if not is_meant or not is_code(code, Purpose(purpose).digits):
        raise OtpWrong(engine.attempts_left(store.line_of(row), policy()))
    line, kept = _count_try(row, challenge_id)
    if not store.is_right(kept, line, row, code):
        _refuse(row, line, caller)
    if not store.use_up(line):
        raise OtpExpired
    with transaction.atomic(), _in_plain_words():
        store.change(row, lambda line: engine.accept(line, now=timezone.now()), challenge_id=challenge_id)
        otp_verified.emit(subject=mask_phone(phone), reason=row.purpose, caller=caller)


def policy() -> engine.Policy:
    """The settings as the engine takes them."""
    return engine.Policy(
        ttl=timedelta(seconds=conf.OTP_TTL_SECONDS),
        max_attempts=conf.OTP_MAX_ATTEMPTS,
        lock=timedelta(seconds=conf.OTP_LOCK_SECONDS),
        cooldowns=tuple(timedelta(seconds=seconds) for seconds in conf.OTP_RESEND_SECONDS),
    )


def _count_try(row: OtpChallenge, challenge_id: uuid.UUID) -> tuple[engine.Line, str]:
    """Count, commit, and only then let the caller compare.

    A code that was lost with the cache costs no try.
    """
    if store.kept_code(store.line_of(row)) is None:
        raise OtpExpired
    with transaction.atomic(durable=True), _in_plain_words():
        line = store.change(
            row,
            lambda line: engine.attempt(line, now=timezone.now(), policy=policy()),
            challenge_id=challenge_id,
        )
    kept = store.kept_code(line)
    if kept is None:
        raise OtpExpired
    return line, kept


def _refuse(row: OtpChallenge, line: engine.Line, caller: Caller | None) -> None:
    """Record the wrong code and raise what the person is told."""
    left = engine.attempts_left(line, policy())
    reason = f"{row.purpose}: {'wrong' if left else 'exhausted'}"
    with transaction.atomic():
        otp_failed.emit(subject=mask_phone(row.phone), outcome=REFUSED, reason=reason, caller=caller)
    raise OtpWrong(left) if left else OtpExhausted(conf.OTP_LOCK_SECONDS)


def _send(
    row: OtpChallenge, line: engine.Line, *, language: str, caller: Caller | None, is_silent: bool
) -> None:
    rules = policy()
    purpose = Purpose(row.purpose)
    code = new_code(purpose.digits)
    store.keep_code(line, row, code, rules.ttl)
    send_within = timedelta(0) if is_silent else rules.ttl * SEND_WITHIN
    queue_sms(
        to=row.phone,
        template="otp",
        context={"code": code, "purpose": purpose.value},
        purpose=f"otp.{purpose.value}{'.silent' if is_silent else ''}",
        language=language,
        expires_at=timezone.now() + send_within,
        idempotency_key=f"otp-{line.challenge_id}-{line.generation}",
        caller=caller,
    )
    outcome = REFUSED if is_silent else SUCCESS
    otp_sent.emit(subject=mask_phone(row.phone), reason=purpose.value, outcome=outcome, caller=caller)


def _challenge(row: OtpChallenge, line: engine.Line, now: datetime) -> Challenge:
    if line.challenge_id is None or line.expires_at is None:
        raise OtpExpired
    return Challenge(
        id=line.challenge_id,
        phone=row.phone,
        expires_at=line.expires_at,
        resend_at=engine.resend_at(line, policy(), now),
    )


def _is_same(kept: str, given: str) -> bool:
    return hmac.compare_digest(kept.encode(), given.encode())


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """The engine's refusals as the errors that people and apps get."""
    try:
        yield
    except engine.TooSoon as refusal:
        raise ResendTooSoon(_seconds(refusal)) from refusal
    except engine.Exhausted as refusal:
        raise OtpExhausted(_seconds(refusal)) from refusal
    except engine.Expired as refusal:
        raise OtpExpired from refusal


def _seconds(refusal: engine.Refused) -> int:
    wait = refusal.retry_after or timedelta(seconds=1)
    return max(1, math.ceil(wait.total_seconds()))

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

from core_app.caller import Caller
from core_app.events import REFUSED
from messaging_app.recipients import mask_address
from messaging_app.services import note_used
from otp_app import engine, store
from otp_app.codes import is_code
from otp_app.conf import conf
from otp_app.errors import OtpExhausted, OtpExpired, OtpWrong, ResendTooSoon
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.sending import LinkTo, Sending, message_key, policy, send_code
from otp_app.signals import otp_failed, otp_verified


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code was sent to `address`; it is good until `expires_at`; another may be had at `resend_at`."""

    id: uuid.UUID
    address: str
    expires_at: datetime
    resend_at: datetime


def issue(
    *,
    purpose: Purpose,
    address: str,
    binding: str,
    language: str = "",
    caller: Caller | None = None,
    is_silent: bool = False,
    link_to: LinkTo | None = None,
) -> Challenge:
    """Send a code to an E.164 number or an e-mail address in its normal form.

    Returns the challenge that it answers; an earlier challenge is dead.
    `binding` names the browser or API session that must bring the code back (at most 64 characters). Asked
    again by the same one within the cool-down, it returns the challenge that is already there and sends
    nothing. `link_to` makes an address of a token (`otp_app.links`): an e-mail then has a link beside the code.
    `is_silent` (nobody has the address) does all of it, counted against the same limits, but the message
    is born expired: it is never sent and costs nothing, and nobody can tell from outside (G11).
    Raises ResendTooSoon, OtpExhausted, Unavailable, and what `send_code` refuses with.
    """
    now = timezone.now()
    fresh_id = uuid.uuid4()
    with transaction.atomic(), _in_plain_words():
        row = store.open_line(address, purpose)
        line = store.change(
            row,
            lambda line: engine.begin(
                line, now=now, policy=policy(address), challenge_id=fresh_id, binding=binding
            ),
            language=language,
        )
        if line.challenge_id == fresh_id:
            sending = Sending(language=language, caller=caller, is_silent=is_silent, link_to=link_to)
            send_code(row, line, sending)
    return _challenge(row, line, now)


def resend(
    *,
    challenge_id: uuid.UUID,
    binding: str,
    caller: Caller | None = None,
    is_silent: bool = False,
    link_to: LinkTo | None = None,
) -> Challenge:
    """Send another code for a challenge; the one before is dead, the wrong tries stay counted.

    `is_silent` and `link_to` as for `issue`. Raises as `issue`, and OtpExpired (used, replaced or another browser's).
    """
    now = timezone.now()
    row = store.find(challenge_id)
    if row is None or not _is_same(row.binding, binding):
        raise OtpExpired
    with transaction.atomic(), _in_plain_words():
        line = store.change(
            row,
            lambda line: engine.renew(line, now=now, policy=policy(row.address)),
            challenge_id=challenge_id,
        )
        sending = Sending(language=row.language, caller=caller, is_silent=is_silent, link_to=link_to)
        send_code(row, line, sending)
    return _challenge(row, line, now)


def verify(
    *,
    challenge_id: uuid.UUID,
    purpose: Purpose,
    address: str,
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
    is_meant = row.purpose == purpose and row.address == address and _is_same(row.binding, binding)
    if not is_meant or not is_code(code, Purpose(purpose).digits):
        raise OtpWrong(engine.attempts_left(store.line_of(row), policy(row.address)))
    line, kept = _count_try(row, challenge_id)
    if not store.is_right(kept, line, row, code):
        _refuse(row, line, caller)
    if not store.use_up(line):
        raise OtpExpired
    with transaction.atomic(), _in_plain_words():
        store.change(row, lambda line: engine.accept(line, now=timezone.now()), challenge_id=challenge_id)
        note_used(idempotency_key=message_key(line))
        otp_verified.emit(subject=mask_address(address), reason=row.purpose, caller=caller)


def _count_try(row: OtpChallenge, challenge_id: uuid.UUID) -> tuple[engine.Line, str]:
    """Count, commit, and only then let the caller compare.

    A code that was lost with the cache costs no try.
    """
    if store.kept_code(store.line_of(row)) is None:
        raise OtpExpired
    with transaction.atomic(durable=True), _in_plain_words():
        line = store.change(
            row,
            lambda line: engine.attempt(line, now=timezone.now(), policy=policy(row.address)),
            challenge_id=challenge_id,
        )
    kept = store.kept_code(line)
    if kept is None:
        raise OtpExpired
    return line, kept


def _refuse(row: OtpChallenge, line: engine.Line, caller: Caller | None) -> None:
    """Record the wrong code and raise what the person is told."""
    left = engine.attempts_left(line, policy(row.address))
    reason = f"{row.purpose}: {'wrong' if left else 'exhausted'}"
    with transaction.atomic():
        otp_failed.emit(subject=mask_address(row.address), outcome=REFUSED, reason=reason, caller=caller)
    raise OtpWrong(left) if left else OtpExhausted(conf.OTP_LOCK_SECONDS)


def _challenge(row: OtpChallenge, line: engine.Line, now: datetime) -> Challenge:
    if line.challenge_id is None or line.expires_at is None:
        raise OtpExpired
    return Challenge(
        id=line.challenge_id,
        address=row.address,
        expires_at=line.expires_at,
        resend_at=engine.resend_at(line, policy(row.address), now),
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

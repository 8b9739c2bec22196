"""A number that somebody with (or without) an account proves by a code: sent, sent again, checked, remembered.

Signing up, signing in by code, forgotten passwords and changes of number all begin with these steps.

A number that must not learn whether it has an account is treated the same up to the outbox: the same rows, limits
and figures. Only the message of a number without an account is born expired, so that it costs nothing (G11).
"""

import uuid
from dataclasses import asdict, dataclass, replace

from django.utils import timezone

from core_app import kept
from core_app.caller import Caller
from otp_app import services as otp
from otp_app.errors import OtpExpired
from otp_app.purposes import Purpose
from phone_auth_app.conf import conf
from sessions_app import gate


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCode:
    """A code that is waited for. Times are POSIX seconds; `binding` is the browser or API session.

    `user_id` and `sid` say who wants it where that is known: whose number changes, whose password was forgotten.
    `sub` is the subject of the account that a sign-up makes, chosen at its start: whoever sends the last step twice is
    recognised as its owner.
    """

    purpose: str
    phone: str
    binding: str
    user_id: int | None = None
    sid: str = ""
    sub: str = ""
    challenge_id: str = ""
    expires_at: float = 0.0
    resend_at: float = 0.0
    proven_at: float | None = None

    @property
    def is_proven(self) -> bool:
        """Whether the code was right."""
        return self.proven_at is not None

    @property
    def digits(self) -> int:
        """How many digits the code has."""
        return Purpose(self.purpose).digits

    def has_live_code(self) -> bool:
        """Whether the last code sent can still be typed in."""
        return timezone.now().timestamp() < self.expires_at

    def seconds_to_resend(self) -> int:
        """How long the resend button has to wait, 0 when it need not."""
        return max(0, round(self.resend_at - timezone.now().timestamp()))


def send(pending: PendingCode, *, is_silent: bool, language: str, caller: Caller) -> PendingCode:
    """Send a code. Twice in a row from one browser, it is sent once. `is_silent` does all of it but the sending.

    Raises Locked, ResendTooSoon (another browser was just sent one), OtpExhausted and what sending refuses with.
    """
    gate.require_open(account=pending.phone, caller=caller, binding=pending.binding)
    challenge = otp.issue(
        purpose=Purpose(pending.purpose),
        address=pending.phone,
        binding=pending.binding,
        language=language,
        caller=caller,
        is_silent=is_silent,
    )
    return _with_challenge(pending, challenge)


def send_again(pending: PendingCode, *, is_silent: bool, language: str, caller: Caller) -> PendingCode:
    """Send another code in place of the last one. Raises ResendTooSoon while the countdown runs; as `send`."""
    gate.require_open(account=pending.phone, caller=caller, binding=pending.binding)
    try:
        challenge = otp.resend(
            challenge_id=uuid.UUID(pending.challenge_id),
            binding=pending.binding,
            caller=caller,
            is_silent=is_silent,
        )
    except OtpExpired:
        # Another browser asked for a code to this number since: this one starts over.
        return send(pending, is_silent=is_silent, language=language, caller=caller)
    return _with_challenge(pending, challenge)


def check(pending: PendingCode, *, code: str, caller: Caller) -> None:
    """Return when the code is right; it is used up then. Never call it inside a transaction.

    A code that ran out is no guess and counts for nothing. Raises Locked, OtpWrong, OtpExpired, OtpExhausted.
    """
    if not pending.has_live_code():
        raise OtpExpired
    with gate.one_attempt(account=pending.phone, caller=caller, binding=pending.binding):
        otp.verify(
            challenge_id=uuid.UUID(pending.challenge_id),
            purpose=Purpose(pending.purpose),
            address=pending.phone,
            binding=pending.binding,
            code=code,
            caller=caller,
        )


def save(key: str, pending: PendingCode) -> None:
    """Keep it for so long as its settings say. Raises Unavailable when the cache is away."""
    is_signup = pending.purpose == Purpose.SIGNUP
    seconds = conf.SIGNUP_PENDING_SECONDS if is_signup else conf.CODE_PENDING_SECONDS
    kept.save(pending.purpose, key, asdict(pending), seconds=seconds)


def load(purpose: Purpose, key: str, *, binding: str) -> PendingCode | None:
    """What this browser kept under `key`; None when it is gone, foreign or of another version.

    Raises Unavailable when the cache is away.
    """
    facts = kept.load(purpose.value, key)
    pending = PendingCode(**facts) if facts else None
    return pending if pending and pending.binding == binding else None


def _with_challenge(pending: PendingCode, challenge: otp.Challenge) -> PendingCode:
    return replace(
        pending,
        challenge_id=str(challenge.id),
        expires_at=challenge.expires_at.timestamp(),
        resend_at=challenge.resend_at.timestamp(),
    )

"""Codes by SMS and e-mail as a second factor: sent to what was proven before, never to what is typed in now."""

import uuid
from dataclasses import dataclass

from django.utils import timezone

from core_app.caller import Caller
from messaging_app.recipients import mask_address
from mfa_app.flows.waiting import Waiting
from mfa_app.kinds import Kind
from mfa_app.models import CodeFactor
from mfa_app.selectors import address_of
from otp_app import services as otp
from otp_app.errors import OtpExpired
from otp_app.purposes import Purpose


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code that is on its way or there: to whom (masked), and until when. Times are POSIX seconds."""

    masked: str
    challenge_id: str
    expires_at: float
    resend_at: float

    @property
    def is_live(self) -> bool:
        """Whether it can still be typed in."""
        return timezone.now().timestamp() < self.expires_at

    @property
    def seconds_to_resend(self) -> int:
        """How long asking for another has to wait, 0 when it need not."""
        return max(0, round(self.resend_at - timezone.now().timestamp()))

    @property
    def seconds_left(self) -> int:
        """How long it is good."""
        return max(0, round(self.expires_at - timezone.now().timestamp()))


def sent_code(waiting: Waiting, kind: Kind) -> SentCode | None:
    """The code of this kind that was sent for this login; None when none was."""
    notes = waiting.pending.notes
    challenge_id = notes.get(f"{kind.value}_challenge")
    if not challenge_id:
        return None
    return SentCode(
        masked=mask_address(address_of(waiting.user, kind)),
        challenge_id=str(challenge_id),
        expires_at=float(notes[f"{kind.value}_expires_at"]),
        resend_at=float(notes[f"{kind.value}_resend_at"]),
    )


def send(waiting: Waiting, kind: Kind, *, language: str, caller: Caller) -> Waiting:
    """Send a code, or another one. Raises NotOffered, TooManyAttempts, and what sending refuses with."""
    waiting.require(kind)
    address = address_of(waiting.user, kind)
    before = sent_code(waiting, kind)
    try:
        if before is None:
            raise OtpExpired
        challenge = otp.resend(
            challenge_id=uuid.UUID(before.challenge_id), binding=waiting.pending.binding, caller=caller
        )
    except OtpExpired:
        # The first one, or another browser asked for one since.
        challenge = otp.issue(
            purpose=Purpose.SECOND_FACTOR,
            address=address,
            binding=waiting.pending.binding,
            language=language,
            caller=caller,
        )
    notes: dict[str, str | float] = {
        f"{kind.value}_challenge": str(challenge.id),
        f"{kind.value}_expires_at": challenge.expires_at.timestamp(),
        f"{kind.value}_resend_at": challenge.resend_at.timestamp(),
    }
    return waiting.with_notes(**notes)


def check(waiting: Waiting, kind: Kind, *, code: str, caller: Caller) -> None:
    """Return when the code is right; it is used up then. Raises OtpWrong, OtpExpired, OtpExhausted."""
    sent = sent_code(waiting, kind)
    if sent is None or not sent.is_live:
        raise OtpExpired
    otp.verify(
        challenge_id=uuid.UUID(sent.challenge_id),
        purpose=Purpose.SECOND_FACTOR,
        address=address_of(waiting.user, kind),
        binding=waiting.pending.binding,
        code=code,
        caller=caller,
    )
    CodeFactor.objects.filter(user=waiting.user, kind=kind).update(last_used_at=timezone.now())

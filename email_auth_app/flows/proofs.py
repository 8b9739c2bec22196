"""An address that somebody with (or without) an account proves by an e-mail: sent, sent again, proven, remembered.

One message carries a code and a link. The code is typed in where the way began. The link is for reading the e-mail on
the same device; whether it may be opened elsewhere too is decided by each way. An address that must not learn whether
it has an account is treated the same up to the outbox (G11).
"""

import uuid
from dataclasses import asdict, dataclass, replace

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from core_app import kept
from core_app.caller import Caller
from email_auth_app.conf import conf
from otp_app import services as otp
from otp_app.errors import OtpExpired
from otp_app.purposes import Purpose
from otp_app.sending import LinkTo
from sessions_app import gate

LINK_PAGES = {
    Purpose.SIGNUP: "email_auth:signup-link",
    Purpose.RESET: "email_auth:reset-link",
    Purpose.EMAIL: "email_auth:change-link",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingProof:
    """A proof that is waited for. Times are POSIX seconds; `binding` is the browser or API session.

    `email` is the normal form. `user_id` and `sid` say who wants it where that is known; `sub` is the subject of the
    account that a sign-up makes, chosen at its start: whoever sends the last step twice is recognised as its owner.
    `next_url` is where the way leads in the end, for whoever goes on by the link.
    """

    purpose: str
    email: str
    binding: str
    user_id: int | None = None
    sid: str = ""
    sub: str = ""
    next_url: str = ""
    challenge_id: str = ""
    expires_at: float = 0.0
    resend_at: float = 0.0
    proven_at: float | None = None

    @property
    def is_proven(self) -> bool:
        """Whether the code or the link was right."""
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

    def proven(self, *, user_id: int | None = None) -> "PendingProof":
        """The same, proven now; for this person, where that is only known now."""
        return replace(self, proven_at=timezone.now().timestamp(), user_id=user_id or self.user_id)


def send(pending: PendingProof, *, is_silent: bool, language: str, caller: Caller) -> PendingProof:
    """Send code and link. Twice in a row from one browser, they are sent once. `is_silent` does all of it but the
    sending.

    Raises Locked, ResendTooSoon (another browser was just sent one), OtpExhausted, and Exceeded when the address was
    sent too many.
    """
    gate.require_open(account=pending.email, caller=caller, binding=pending.binding)
    challenge = otp.issue(
        purpose=Purpose(pending.purpose),
        address=pending.email,
        binding=pending.binding,
        language=language,
        caller=caller,
        is_silent=is_silent,
        link_to=LINKS[Purpose(pending.purpose)],
    )
    return _with_challenge(pending, challenge)


def send_again(pending: PendingProof, *, is_silent: bool, language: str, caller: Caller) -> PendingProof:
    """Send another one in place of the last. Raises ResendTooSoon while the countdown runs; as `send`."""
    gate.require_open(account=pending.email, caller=caller, binding=pending.binding)
    try:
        challenge = otp.resend(
            challenge_id=uuid.UUID(pending.challenge_id),
            binding=pending.binding,
            caller=caller,
            is_silent=is_silent,
            link_to=LINKS[Purpose(pending.purpose)],
        )
    except OtpExpired:
        # Another browser asked for a code to this address since: this one starts over.
        return send(pending, is_silent=is_silent, language=language, caller=caller)
    return _with_challenge(pending, challenge)


def check(pending: PendingProof, *, code: str, caller: Caller) -> None:
    """Return when the code is right; it is used up then, and the link with it. Never call it inside a transaction.

    A code that ran out is no guess and counts for nothing. Raises Locked, OtpWrong, OtpExpired, OtpExhausted.
    """
    if not pending.has_live_code():
        raise OtpExpired
    with gate.one_attempt(account=pending.email, caller=caller, binding=pending.binding):
        otp.verify(
            challenge_id=uuid.UUID(pending.challenge_id),
            purpose=Purpose(pending.purpose),
            address=pending.email,
            binding=pending.binding,
            code=code,
            caller=caller,
        )


def save(key: str, pending: PendingProof) -> None:
    """Keep it for `EMAIL_PENDING_SECONDS` more. Raises Unavailable when the cache is away."""
    kept.save(kind_of(pending.purpose), key, asdict(pending), seconds=conf.EMAIL_PENDING_SECONDS)


def load(purpose: Purpose, key: str) -> PendingProof | None:
    """What was kept under `key`; None when it is gone or of another version.

    Raises Unavailable when the cache is away.
    """
    facts = kept.load(kind_of(purpose), key)
    return PendingProof(**facts) if facts else None


def kind_of(purpose: str) -> str:
    """Under which kind it is kept: the phone's ways have the same purposes."""
    return f"email.{Purpose(purpose).value}"


def _link_to(page: str) -> LinkTo:
    """From the configured origin, never from the request's Host header (F13)."""
    return lambda token: f"{settings.ISSUER_URL}{reverse(page, args=[token])}"


def _with_challenge(pending: PendingProof, challenge: otp.Challenge) -> PendingProof:
    return replace(
        pending,
        challenge_id=str(challenge.id),
        expires_at=challenge.expires_at.timestamp(),
        resend_at=challenge.resend_at.timestamp(),
    )


LINKS = {purpose: _link_to(page) for purpose, page in LINK_PAGES.items()}

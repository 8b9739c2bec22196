"""The rules of one-time codes as a pure state machine: no clock, no database, no randomness of its own.

One `Line` stands for one address and purpose. It carries at most one live challenge, and what must outlive
challenges: wrong attempts and the pace of sending (NIST SP 800-63B-4 §3.1.3.2: a new code SHALL NOT reset the
failures). `otp_app.store` makes each transition atomic.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The figures. `cooldowns` must not be empty; its last entry repeats."""

    ttl: timedelta
    max_attempts: int
    lock: timedelta
    cooldowns: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One address and purpose.

    `generation` counts the codes ever made, `sends` those of the present streak.
    """

    challenge_id: uuid.UUID | None = None
    binding: str = ""
    generation: int = 0
    sends: int = 0
    attempts: int = 0
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    attempted_at: datetime | None = None
    consumed_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether a code sent on this line could still be right."""
        return self.consumed_at is None and self.expires_at is not None and now < self.expires_at


class Refused(Exception):
    """The transition is not allowed. `retry_after` is when it may be again, as far as the line knows."""

    def __init__(self, retry_after: timedelta | None = None) -> None:
        super().__init__(type(self).__name__)
        self.retry_after = retry_after


class TooSoon(Refused):
    """The last code was sent a moment ago."""


class Exhausted(Refused):
    """Too many wrong codes."""


class Expired(Refused):
    """There is no live code: too old, used, or replaced."""


def begin(line: Line, *, now: datetime, policy: Policy, challenge_id: uuid.UUID, binding: str) -> Line:
    """A new challenge with its first code; the one before is dead.

    Within the cool-down the same browser gets its live challenge again, unchanged: a form submitted twice has
    one effect. Raises TooSoon, Exhausted.
    """
    line = _forgiven(line, now, policy)
    _require_attempts(line, now, policy)
    if now < resend_at(line, policy, now) and line.is_live(now) and line.binding == binding:
        return line
    line = _sent(line, now, policy)
    return replace(line, challenge_id=challenge_id, binding=binding)


def renew(line: Line, *, now: datetime, policy: Policy) -> Line:
    """Another code for the same challenge; the one before is dead.

    Raises TooSoon, Exhausted, Expired (when used).
    """
    if line.consumed_at is not None or line.challenge_id is None:
        raise Expired
    line = _forgiven(line, now, policy)
    _require_attempts(line, now, policy)
    return _sent(line, now, policy)


def attempt(line: Line, *, now: datetime, policy: Policy) -> Line:
    """Count one try, before anything is compared. Raises Expired, Exhausted."""
    if not line.is_live(now):
        raise Expired
    line = _forgiven(line, now, policy)
    _require_attempts(line, now, policy)
    return replace(line, attempts=line.attempts + 1, attempted_at=now)


def accept(line: Line, *, now: datetime) -> Line:
    """The code was right: the challenge is used up and the line's failures are forgiven. Raises Expired."""
    if line.consumed_at is not None:
        raise Expired
    return replace(line, consumed_at=now, attempts=0, attempted_at=None, sends=0)


def attempts_left(line: Line, policy: Policy) -> int:
    """How many wrong codes the line still bears."""
    return max(0, policy.max_attempts - line.attempts)


def resend_at(line: Line, policy: Policy, now: datetime) -> datetime:
    """When the next code may be sent; `now` when none was yet."""
    if line.sent_at is None:
        return now
    position = min(max(line.sends, 1), len(policy.cooldowns)) - 1
    return line.sent_at + policy.cooldowns[position]


def _sent(line: Line, now: datetime, policy: Policy) -> Line:
    allowed_at = resend_at(line, policy, now)
    if now < allowed_at:
        raise TooSoon(allowed_at - now)
    is_new_streak = line.sent_at is None or now - line.sent_at >= policy.lock
    return replace(
        line,
        generation=line.generation + 1,
        sends=1 if is_new_streak else line.sends + 1,
        sent_at=now,
        expires_at=now + policy.ttl,
        consumed_at=None,
    )


def _forgiven(line: Line, now: datetime, policy: Policy) -> Line:
    if line.attempted_at is not None and now - line.attempted_at >= policy.lock:
        return replace(line, attempts=0, attempted_at=None)
    return line


def _require_attempts(line: Line, now: datetime, policy: Policy) -> None:
    if attempts_left(line, policy) == 0:
        raise Exhausted(policy.lock - (now - line.attempted_at) if line.attempted_at else policy.lock)

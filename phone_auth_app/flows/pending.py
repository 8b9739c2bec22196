"""An unfinished sign-up: what is known of it between its steps."""

import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from phone_auth_app.conf import conf
from phone_auth_app.flows import kept

KIND = "signup"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignup:
    """A number on its way to an account. Times are POSIX seconds; `binding` is the browser or API session.

    `sub` is chosen at the start: whoever sends the last step twice is recognised as the owner of the account.
    """

    phone: str
    binding: str
    sub: str = field(default_factory=lambda: str(uuid.uuid4()))
    challenge_id: str = ""
    expires_at: float = 0.0
    resend_at: float = 0.0
    proven_at: float | None = None

    @property
    def is_proven(self) -> bool:
        return self.proven_at is not None

    def proven_moment(self) -> datetime:
        """When the code was right. Only asked of a proven sign-up."""
        return datetime.fromtimestamp(self.proven_at or 0.0, tz=UTC)


def save(key: str, pending: PendingSignup) -> None:
    """Keep it for `SIGNUP_PENDING_SECONDS` more. Raises Unavailable when the cache is away."""
    kept.save(KIND, key, asdict(pending), seconds=conf.SIGNUP_PENDING_SECONDS)


def load(key: str, *, binding: str) -> PendingSignup | None:
    """What this browser or API session kept under `key`; None when it is gone, foreign or of another version.

    Raises Unavailable when the cache is away.
    """
    facts = kept.load(KIND, key)
    pending = PendingSignup(**facts) if facts else None
    return pending if pending and pending.binding == binding else None


def drop(key: str) -> None:
    """Forget it: finished, given up or moved to another key. If the cache is away, it runs out by itself."""
    kept.drop(KIND, key)

"""An unfinished sign-up: small versioned JSON in the cache. The browser holds at most an id of it (J06)."""

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from core_app.errors import Unavailable
from phone_auth_app.conf import conf

VERSION = 1
RETRY_SECONDS = 60


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
    seconds = conf.SIGNUP_PENDING_SECONDS
    # The end is written down too: this server's clock decides, not the cache's.
    kept = {"until": time.time() + seconds, "version": VERSION, "pending": asdict(pending)}
    with _cache_needed():
        cache.set(_cache_key(key), json.dumps(kept), timeout=seconds)


def load(key: str, *, binding: str) -> PendingSignup | None:
    """What this browser or API session kept under `key`; None when it is gone, foreign or of another version.

    Raises Unavailable when the cache is away.
    """
    with _cache_needed():
        text = cache.get(_cache_key(key))
    kept = json.loads(text) if text else {}
    if kept.get("version") != VERSION or kept["until"] <= time.time():
        return None
    pending = PendingSignup(**kept["pending"])
    return pending if pending.binding == binding else None


def drop(key: str) -> None:
    """Forget it: finished, given up or moved to another key. If the cache is away, it runs out by itself."""
    with suppress(RedisError, OSError):
        cache.delete(_cache_key(key))


@contextmanager
def _cache_needed() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(
            _("Signing up is not possible right now. Try again in a minute."),
            retry_after=RETRY_SECONDS,
            detail=type(error).__name__,
        ) from error


def _cache_key(key: str) -> str:
    # Hashed: a session id or binding read out of the cache opens nothing.
    return f"phone-signup:{hashlib.sha256(key.encode()).hexdigest()}"

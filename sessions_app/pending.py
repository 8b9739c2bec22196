"""A login that has begun but not finished: small versioned JSON in the cache, bound to one browser.

Nobody is logged in while it waits; it holds what was proven so far and where to go afterwards.
"""

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.core.cache import cache
from redis.exceptions import RedisError

from sessions_app.conf import conf

VERSION = 1


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """`proofs` maps an amr method to the POSIX time it was proven."""

    pending_id: str
    user_id: int
    binding: str
    next_url: str
    proofs: dict[str, float]
    version: int = VERSION

    def with_proofs(self, methods: Sequence[str], at: datetime) -> "PendingLogin":
        """A copy that also holds these methods as proven now."""
        return replace(self, proofs={**self.proofs, **dict.fromkeys(methods, at.timestamp())})

    @property
    def methods(self) -> list[str]:
        return sorted(self.proofs)


def begin(*, user_id: int, binding: str, next_url: str) -> PendingLogin:
    """A new pending login, not yet stored."""
    return PendingLogin(secrets.token_urlsafe(24), user_id, binding, next_url, {})


def store(pending: PendingLogin) -> None:
    """Keep it for `PENDING_LOGIN_SECONDS`."""
    cache.set(_key(pending.pending_id), json.dumps(asdict(pending)), timeout=conf.PENDING_LOGIN_SECONDS)


def load(pending_id: str, *, binding: str) -> PendingLogin | None:
    """The pending login, if it exists and belongs to this browser."""
    text = cache.get(_key(pending_id))
    if text is None:
        return None
    data = json.loads(text)
    if data.get("version") != VERSION or not secrets.compare_digest(data["binding"], binding):
        return None
    return PendingLogin(**data)


def discard(pending_id: str) -> None:
    """Forget it: it was completed or given up. If the cache is away, it runs out by itself."""
    with suppress(RedisError, OSError):
        cache.delete(_key(pending_id))


def _key(pending_id: str) -> str:
    return f"pending-login:{pending_id}"

"""What waits for its next step: small versioned JSON in the cache. The browser holds at most an id of it (J06)."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from core_app.errors import Unavailable

VERSION = 2
RETRY_SECONDS = 60


def save(kind: str, key: str, facts: Mapping[str, Any], *, seconds: int) -> None:
    """Keep it for so long. Raises Unavailable when the cache is away."""
    # The end is written down too: this server's clock decides, not the cache's.
    text = json.dumps({"until": time.time() + seconds, "version": VERSION, "facts": dict(facts)})
    with _cache_needed():
        cache.set(_cache_key(kind, key), text, timeout=seconds)


def load(kind: str, key: str) -> dict[str, Any] | None:
    """What was kept; None when it is gone or of another version. Raises Unavailable when the cache is away."""
    with _cache_needed():
        text = cache.get(_cache_key(kind, key))
    kept = json.loads(text) if text else {}
    if kept.get("version") != VERSION or kept["until"] <= time.time():
        return None
    facts: dict[str, Any] = kept["facts"]
    return facts


def take(kind: str, key: str) -> bool:
    """Forget it; True for exactly one caller. Raises Unavailable when the cache is away."""
    with _cache_needed():
        return bool(cache.delete(_cache_key(kind, key)))


def claim(kind: str, key: str, *, seconds: int) -> bool:
    """True for exactly one caller until `drop`, or for so long. Raises Unavailable when the cache is away."""
    with _cache_needed():
        return bool(cache.add(_cache_key(kind, key), 1, timeout=seconds))


def drop(kind: str, key: str) -> None:
    """Forget it: finished, given up or moved to another key. If the cache is away, it runs out by itself."""
    with suppress(RedisError, OSError):
        cache.delete(_cache_key(kind, key))


@contextmanager
def _cache_needed() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(
            _("This is not possible right now. Try again in a minute."),
            retry_after=RETRY_SECONDS,
            detail=type(error).__name__,
        ) from error


def _cache_key(kind: str, key: str) -> str:
    # Hashed: a session id or binding read out of the cache opens nothing.
    return f"kept-{kind}:{hashlib.sha256(key.encode()).hexdigest()}"

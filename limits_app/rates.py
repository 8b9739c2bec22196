"""Rates: how often something was asked in the current window, counted in the cache, and told to the caller in headers.

For comfort and cost, not for security: counters that guard secrets live in the database. When the cache is away
the count goes on in this process, so a rate never keeps anybody out because Redis is down (security rule "open").
"""

import logging
import math
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError

from core_app.keyring import mac

logger = logging.getLogger(__name__)

PURPOSE = "throttle"
_in_this_process = LocMemCache("throttle-without-cache", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one key has used of one limit in the window that is open now. `name` is public and plain ASCII."""

    name: str
    limit: int
    per_seconds: int
    used: int
    resets_in: int

    @property
    def remaining(self) -> int:
        """Uses that are left in this window."""
        return max(0, self.limit - self.used)

    @property
    def is_over(self) -> bool:
        """Whether the use that was just counted is one too many."""
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After` when it
        is over (RFC 6585 §4).
        """
        told = {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={self.per_seconds}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.resets_in}',
        }
        return {**told, "Retry-After": str(self.resets_in)} if self.is_over else told


def count(*, name: str, key: str, limit: int, per_seconds: int, amount: int = 1) -> Rate:
    """Count one use of `name` by `key` (or `amount`), in one round trip to the cache, and say what is left.

    Never raises.

    Windows are fixed, aligned to the clock: over the edge of two, up to twice the limit passes.
    """
    now = time.time()
    window = int(now // per_seconds)
    used = _count(_place(name, key, window), per_seconds, amount)
    resets_in = max(1, math.ceil((window + 1) * per_seconds - now))
    return Rate(name=name, limit=limit, per_seconds=per_seconds, used=used, resets_in=resets_in)


def _place(name: str, key: str, window: int) -> str:
    """Keyed and hashed: the cache learns no address and no number.

    The window is in the name, so that a counter which lost its time-out still cannot lock anybody for ever.
    """
    return f"throttle:{name}:{mac(PURPOSE, name.encode(), key.encode()).hex()[:32]}:{window}"


def _count(place: str, seconds: int, amount: int) -> int:
    try:
        return _increment(cache, place, seconds, amount)
    except (RedisError, OSError) as error:
        logger.warning("throttle counts in this process only: %s", type(error).__name__)
        return _increment(_in_this_process, place, seconds, amount)


def _increment(store: BaseCache, place: str, seconds: int, amount: int) -> int:
    """One call for all but the first use in a window: counters are there far more often than not."""
    try:
        return store.incr(place, amount)
    except ValueError:  # nobody has counted here yet
        if store.add(place, amount, timeout=seconds + 1):
            return amount
    try:
        return store.incr(place, amount)
    except ValueError:  # it ran out between the two calls: this is the first use of the next window
        store.set(place, amount, timeout=seconds + 1)
        return amount

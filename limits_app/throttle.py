"""Page throttles: a ceiling on how often something may be asked, counted in the cache.

For comfort and cost, not for security: counters that guard secrets live in the database. When the cache is
away the count goes on in this process, so a throttle never keeps anybody out because Redis is down (security
rule "open").
"""

import logging
import time

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core_app.errors import TooManyAttempts
from core_app.keyring import mac

logger = logging.getLogger(__name__)

PURPOSE = "throttle"
_in_this_process = LocMemCache("throttle-without-cache", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


def hit(*, scope: str, key: str, limit: int, per_seconds: int) -> None:
    """Count one use of `scope` by `key`.

    Raises TooManyAttempts beyond `limit` uses in a window of `per_seconds`.

    Windows are fixed, aligned to the clock: over the edge of two, up to twice the limit passes.
    """
    now = time.time()
    window = int(now // per_seconds)
    name = _name(scope, key, window)
    if _count(name, per_seconds) > limit:
        wait = max(1, round((window + 1) * per_seconds - now))
        raise TooManyAttempts(
            _("That was too often. Wait a little, then try again."),
            retry_after=wait,
            detail=f"throttle {scope}",
        )


def _name(scope: str, key: str, window: int) -> str:
    """Keyed and hashed: the cache learns no address and no number.

    The window is in the name, so that a counter which lost its time-out still cannot lock anybody for ever.
    """
    return f"throttle:{scope}:{mac(PURPOSE, scope.encode(), key.encode()).hex()[:32]}:{window}"


def _count(name: str, seconds: int) -> int:
    try:
        return _increment(cache, name, seconds)
    except (RedisError, OSError) as error:
        logger.warning("throttle counts in this process only: %s", type(error).__name__)
        return _increment(_in_this_process, name, seconds)


def _increment(store: BaseCache, name: str, seconds: int) -> int:
    if store.add(name, 1, timeout=seconds + 1):
        return 1
    try:
        return store.incr(name)
    except ValueError:  # it ran out between the two calls: this is the first use of the next window
        store.set(name, 1, timeout=seconds + 1)
        return 1

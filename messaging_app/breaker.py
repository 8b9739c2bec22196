"""A circuit breaker per route: a gateway that keeps failing is left alone for a while, then tried by one message.

The state is shared through the cache; when that is away, each process keeps its own. It only decides which gateway
is asked first, never whether somebody gets in, so losing it does no harm.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError

from messaging_app.conf import conf

logger = logging.getLogger(__name__)

T = TypeVar("T")

IN_A_ROW = 5
ENOUGH_CALLS, FAILING_SHARE = 20, 0.5
WINDOW_SECONDS = 60
REMEMBERED_SECONDS = 3600
# Longer than any call to a gateway: a trial whose worker died is not waited for for ever.
TRIAL_SECONDS = 20

_in_this_process = LocMemCache("breakers-without-cache", {})


def allows(route: str) -> bool:
    """Whether this message may be offered to the route. Half-open, it is true for one caller at a time."""
    return _with_store(lambda store: _allows(store, route))


def record(route: str, *, failed: bool) -> None:
    """Count what came of a call."""
    _with_store(lambda store: _record(store, route, failed=failed))


def is_open(route: str) -> bool:
    """Whether the route is being left alone, for operators."""
    return _with_store(lambda store: store.get(_name(route, "open")) is not None)


def reset() -> None:
    """Forget what this process keeps of its own."""
    _in_this_process.clear()


def _allows(store: BaseCache, route: str) -> bool:
    until: float | None = store.get(_name(route, "open"))
    if until is None:
        return True
    since = time.time() - until
    if since < 0:
        return False
    trial = f"trial:{until}:{int(since // TRIAL_SECONDS)}"
    return bool(store.add(_name(route, trial), 1, timeout=TRIAL_SECONDS))


def _record(store: BaseCache, route: str, *, failed: bool) -> None:
    was_open = store.get(_name(route, "open")) is not None
    window = int(time.time() // WINDOW_SECONDS)
    calls = _increment(store, _name(route, f"calls:{window}"))
    if not failed:
        store.delete_many([_name(route, "row"), _name(route, "open")])
        return
    failures = _increment(store, _name(route, f"failures:{window}"))
    in_a_row = _increment(store, _name(route, "row"))
    if was_open or in_a_row >= IN_A_ROW or (calls >= ENOUGH_CALLS and failures >= calls * FAILING_SHARE):
        until = time.time() + conf.SMS_BREAKER_SECONDS
        store.set(_name(route, "open"), until, timeout=REMEMBERED_SECONDS)
        logger.warning("route %s keeps failing; left alone for %d s", route, conf.SMS_BREAKER_SECONDS)


def _increment(store: BaseCache, name: str) -> int:
    if store.add(name, 1, timeout=REMEMBERED_SECONDS):
        return 1
    try:
        return store.incr(name)
    except ValueError:  # it ran out between the two calls
        store.set(name, 1, timeout=REMEMBERED_SECONDS)
        return 1


def _name(route: str, what: str) -> str:
    return f"sms-breaker:{route}:{what}"


def _with_store(work: Callable[[BaseCache], T]) -> T:
    try:
        return work(cache)
    except (RedisError, OSError) as error:
        logger.warning("breakers count in this process only: %s", type(error).__name__)
        return work(_in_this_process)

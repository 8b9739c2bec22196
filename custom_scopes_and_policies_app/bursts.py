"""Telling a double submit from a replay.

A code that comes again *after* its first use was answered is a replay, and ends what the first use gave. The same
code sent several times *at once* (an impatient client, a proxy that retries) has one winner, and the others merely
lose. A late one of such a burst may be looked at only after the winner is done; it is known by the company it came
in. `docs/adr/0006-bursts-and-replays.md` weighs this.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from django.core.cache import cache

from custom_scopes_and_policies_app.token_store import hash_code

logger = logging.getLogger(__name__)

BURST_SECONDS = 2

_under_way: Counter[str] = Counter()
_lock = Lock()


@contextmanager
def under_way(code: str | None) -> Iterator[None]:
    """While a code is being redeemed here. A second one beside it makes the code's burst known everywhere."""
    if not code:
        yield
        return
    key = hash_code(code)
    with _lock:
        _under_way[key] += 1
        has_company = _under_way[key] > 1
    if has_company:
        note_burst(key)
    try:
        yield
    finally:
        with _lock:
            _under_way[key] -= 1
            if not _under_way[key]:
                del _under_way[key]


def note_burst(key: str) -> None:
    """Remember for a moment that this code came several times at once."""
    try:
        cache.add(_cache_key(key), 1, timeout=BURST_SECONDS)
    except Exception:  # noqa: BLE001, RUF100  every cache client raises its own errors
        logger.warning("cache unreachable: a late double submit will count as a replay")


def was_burst(key: str) -> bool:
    """Whether this code came several times at once just now. Without a cache: no, the strict answer."""
    try:
        return cache.get(_cache_key(key)) is not None
    except Exception:  # noqa: BLE001, RUF100
        return False


def is_straggler(key: str, *, used_at: datetime, now: datetime) -> bool:
    """A late one of several requests that came with this code at the moment of its use."""
    return now - used_at <= timedelta(seconds=BURST_SECONDS) and was_burst(key)


def _cache_key(key: str) -> str:
    return f"burst:{key}"

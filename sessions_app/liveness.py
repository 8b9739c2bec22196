"""Is it alive? The cache remembers "alive" for a moment; the database is the truth (design §4).

An absent key means "ask the database", so losing the cache only slows things down and never revives anything. What
ends leaves a short "dead" mark, so that a reader who asked the database just before cannot write "alive" after it.
"""

import logging
import uuid
from collections.abc import Callable, Sequence

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from sessions_app.conf import conf
from sessions_app.dead_marks import DeadMarks
from sessions_app.lifetimes import is_in_time
from sessions_app.models import SsoSession

logger = logging.getLogger(__name__)

# Numbers, which the cache keeps as they are: nothing is pickled for a mark.
ALIVE = 1
DEAD = 0
MAX_SECONDS = 30


def session_key(sid: uuid.UUID | str) -> str:
    """The cache key under which a session is remembered."""
    return f"live:sid:{sid}"


def is_session_live(sid: uuid.UUID | str) -> bool:
    """Whether the session may still be used. One cache read when warm, one SQL statement when not."""
    return is_live(session_key(sid), lambda: _is_live_in_database(sid))


def is_live(key: str, ask_database: Callable[[], bool]) -> bool:
    """Whether what is behind `key` is alive: from the cache when it is known there, else from the database."""
    known = _read(key)
    if known == ALIVE:
        return True
    if known == DEAD:
        return False
    alive = ask_database()
    if alive:
        _remember(key)
    return alive


def forget(keys: Sequence[str]) -> None:
    """Mark as dead now: call after the commit that ended it (`forget_on_commit` does)."""
    if not keys:
        return
    try:
        _mark(keys)
    except Exception:  # noqa: BLE001, RUF100  every cache client raises its own errors
        logger.warning("cache unreachable: what has ended is marked as soon as it is back")
        _unmarked.keep(keys, seconds=2 * _seconds())


def forget_on_commit(keys: Sequence[str]) -> None:
    """Mark as dead once the current transaction has committed."""
    transaction.on_commit(lambda: forget(keys))


def _is_live_in_database(sid: uuid.UUID | str) -> bool:
    return SsoSession.objects.filter(
        is_in_time(timezone.now()), sid=sid, ended_at__isnull=True, user__is_active=True
    ).exists()


def _mark(keys: Sequence[str]) -> None:
    cache.set_many(dict.fromkeys(keys, DEAD), timeout=2 * _seconds())


def _read(key: str) -> int | None:
    try:
        known: int | None = cache.get(key)
    except Exception:  # noqa: BLE001, RUF100
        logger.warning("cache unreachable: asking the database")
        return None
    return known


def _remember(key: str) -> None:
    try:
        # add, not set: a "dead" mark written meanwhile stays.
        cache.add(key, ALIVE, timeout=_seconds())
    except Exception:  # noqa: BLE001, RUF100
        logger.warning("cache unreachable: liveness is not remembered")


def _seconds() -> int:
    return min(conf.LIVENESS_SECONDS, MAX_SECONDS)


_unmarked = DeadMarks(_mark)

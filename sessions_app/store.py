"""Django's `cached_db` sessions, for days when the cache is away: then the database alone answers (R01).

Django lets errors of the cache through when it writes what it read from the database, looks whether a key exists,
or deletes: everybody who is signed in would get an error page. A copy that could not be deleted does no harm when
the cache comes back: what it names is an `SsoSession`, whose end is in the database.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.sessions.backends import cached_db
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

T = TypeVar("T")

# As Django makes them. A database may refuse other text with an error instead of finding nothing (NUL, PostgreSQL).
SESSION_KEY = re.compile(r"[a-z0-9]{32}", re.ASCII)


class SessionStore(cached_db.SessionStore):
    """The `SESSION_ENGINE`."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache: Any = PatientCache(caches[settings.SESSION_CACHE_ALIAS])

    def _validate_session_key(self, key: str | None) -> bool:
        """Asked by Django whenever a key is set; what a cookie says that is no key is no session."""
        return key is not None and SESSION_KEY.fullmatch(key) is not None


def session_data(session_key: str | None) -> Mapping[str, Any]:
    """What is kept under a cookie's value, for whoever changes nothing in it; empty where that is no session's."""
    # Django's stubs do not know the dictionary behind a store.
    store: Any = SessionStore(session_key)
    data: Mapping[str, Any] = store._session
    return data


class PatientCache:
    """The four things that `cached_db` asks of a cache; one that is away knows nothing."""

    def __init__(self, cache: BaseCache) -> None:
        self._cache = cache

    def get(self, key: str) -> Any:
        return _or_without(lambda: self._cache.get(key), None)

    def set(self, key: str, value: Any, timeout: float | None = None) -> None:
        _or_without(lambda: self._cache.set(key, value, timeout), None)

    def delete(self, key: str) -> bool:
        return _or_without(lambda: bool(self._cache.delete(key)), False)

    def __contains__(self, key: str) -> bool:
        return _or_without(lambda: key in self._cache, False)


def _or_without(ask: Callable[[], T], otherwise: T) -> T:
    try:
        return ask()
    except (RedisError, OSError) as error:
        logger.warning("sessions go without the cache: %s", type(error).__name__)
        return otherwise

"""A circuit breaker for this process: closed, open for a moment, half-open for one trial."""

import logging
import threading
import time
from types import TracebackType

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

from auth_server_django.metrics.instruments import REDIS_BREAKER, cache_counter

logger = logging.getLogger(__name__)


class LeftAlone(RedisConnectionError):
    """Redis has just failed several times; it was not asked."""


class Breaker:
    """Opens after `failures` errors in a row for `seconds`; then one call at a time tries again.

    `with breaker:` around one call. Raises LeftAlone instead of making it while the breaker is open.
    """

    def __init__(self, *, failures: int, seconds: float) -> None:
        self._failures = failures
        self._seconds = seconds
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._next_trial = 0.0

    def __enter__(self) -> None:
        if self._in_a_row >= self._failures and not self._may_try():
            cache_counter("left_out").inc()
            raise LeftAlone("Redis is left alone for a moment")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An error that Redis answers with says that it is there.
        if error is None or isinstance(error, ResponseError):
            if self._in_a_row:
                self._succeeded()
            cache_counter("ok").inc()
        elif isinstance(error, (RedisError, OSError)):
            self._failed(error)
            cache_counter("failed").inc()

    def _may_try(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now < self._next_trial:
                return False
            # This call is the trial; the others wait for what comes of it.
            self._next_trial = now + self._seconds
            return True

    def _succeeded(self) -> None:
        with self._lock:
            was_open = self._in_a_row >= self._failures
            self._in_a_row = 0
        if was_open:
            REDIS_BREAKER.set(0)
            logger.warning("Redis is back")

    def _failed(self, error: Exception) -> None:
        with self._lock:
            self._in_a_row += 1
            opens = self._in_a_row == self._failures
            if self._in_a_row >= self._failures:
                self._next_trial = time.monotonic() + self._seconds
        if opens:
            REDIS_BREAKER.set(1)
            logger.error("Redis fails (%s); going on without it", type(error).__name__)

"""Marks of what has ended that the cache did not take: tried again until it does.

While Redis is paused nobody reads "alive" from it. When it goes on, it still holds what it held; a thread of the
process that ended something writes "dead" over it within half a second. Should that process die first, the alive keys
run out by themselves within LIVENESS_SECONDS.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.25
MOST_KEPT = 100_000

Write = Callable[[Sequence[str]], None]


class DeadMarks:
    """Keys to be marked, each until its time; one thread per process, while there is anything to do."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}
        self._process = 0

    def keep(self, keys: Sequence[str], *, seconds: float) -> None:
        """Try until `seconds` have passed: by then nothing can be remembered as alive any more."""
        until = time.monotonic() + seconds
        with self._lock:
            if len(self._until) + len(keys) > MOST_KEPT:
                logger.error("too many sessions ended while the cache is away: refused within %d s", seconds)
                return
            self._until.update(dict.fromkeys(keys, until))
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            threading.Thread(target=self._run, name="dead-marks", daemon=True).start()

    def _run(self) -> None:
        while self._is_work_left():
            time.sleep(PAUSE_SECONDS)
            self._try()

    def _is_work_left(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._until = {key: until for key, until in self._until.items() if until > now}
            if not self._until:
                self._process = 0
            return bool(self._until)

    def _try(self) -> None:
        with self._lock:
            keys = list(self._until)
        try:
            self._write(keys)
        except Exception as error:  # noqa: BLE001, RUF100  every cache client raises its own errors
            logger.debug("ended sessions are not marked yet: %s", type(error).__name__)
            return
        with self._lock:
            for key in keys:
                self._until.pop(key, None)

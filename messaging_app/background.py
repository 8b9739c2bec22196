"""The relay as a thread of this process, for servers without a worker: a gateway's slowness never reaches a request.

The thread starts with the first message and looks again while anything may have to be tried once more. What a
process leaves behind when it ends is sent by the next one that queues a message, or by `manage.py deliver_outbox`.
"""

import logging
import os
import threading
from collections.abc import Callable

from django.db import DatabaseError, connections

from messaging_app.delivery import relay

logger = logging.getLogger(__name__)

LOOKS_AGAIN_SECONDS = 2.0


class Relay:
    """One thread per process; `process` tells a forked child that its parent's thread did not come along.

    `work` empties an outbox and returns how many left: this room's own, unless another is named.
    """

    def __init__(self, work: Callable[[], int] | None = None, *, name: str = "outbox-relay") -> None:
        self._name = name
        self._do = work
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._process = 0
        self._thread: threading.Thread | None = None
        self._is_over = False

    def wake(self) -> None:
        self._work.set()
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread after what it is at."""
        self._is_over = True
        self._work.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._is_over:
            self._work.clear()
            if self._run_once() == 0:
                self._work.wait(LOOKS_AGAIN_SECONDS)

    def _run_once(self) -> int:
        return run_once(self._do) if self._do else run_once()


def run_once(work: Callable[[], int] | None = None) -> int:
    """Send what is due and let go of the connection. Returns how many left; 0 when the database is away."""
    try:
        return (work or relay)()
    except DatabaseError as error:
        logger.warning("the outbox cannot be read: %s", type(error).__name__)
        return 0
    finally:
        connections.close_all()


wake = Relay().wake

"""What must stay although the transaction of a refusal is rolled back: alarms and holds.

A refusal raises, and what its transaction wrote goes with it. So such work waits until the request has been
answered. It is idempotent, and the next refusal asks for it again: a process that dies in between loses nothing.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

Work = Callable[[], None]
MOST_WAITING = 100


class _Waiting(threading.local):
    def __init__(self) -> None:
        self.works: list[Work] = []


_waiting = _Waiting()


def after_refusal(work: Work) -> None:
    """Do it now when no transaction is open, else when the request has ended (`do_what_waits`)."""
    if connection.in_atomic_block:
        _waiting.works = [*_waiting.works, work][-MOST_WAITING:]
    else:
        _do(work)


def do_what_waits(**kwargs: Any) -> None:
    """Receiver of `request_finished`; the relay calls it too."""
    works, _waiting.works = _waiting.works, []
    for work in works:
        _do(work)


def _do(work: Work) -> None:
    """Nobody waits for the outcome: a database that is away must not break the end of a request."""
    try:
        work()
    except DatabaseError as error:
        logger.error("an alarm or hold could not be written: %s", type(error).__name__)

"""What is done when the request has been answered: alarms and holds, which must stay although the transaction of a
refusal is rolled back, and what nobody may notice by the clock.

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


def after_answer(work: Work) -> None:
    """Do it when the request has ended, so that nobody can see from its time whether there was anything to do.

    It may run twice or, when the process dies, not at all: the caller has a way to find what was missed.
    """
    _waiting.works = [*_waiting.works, work][-MOST_WAITING:]


def do_what_waits(**kwargs: Any) -> None:
    """Receiver of `request_finished`; the relay calls it too."""
    works, _waiting.works = _waiting.works, []
    for work in works:
        _do(work)


def is_something_waiting() -> bool:
    """Whether this thread has work for when the answer is out."""
    return bool(_waiting.works)


def forget_what_waits() -> None:
    """Drop it: this process dies before it gets there, or a test starts."""
    _waiting.works = []


def _do(work: Work) -> None:
    """Nobody waits for the outcome: a database that is away must not break the end of a request."""
    try:
        work()
    except DatabaseError as error:
        logger.error("an alarm or hold could not be written: %s", type(error).__name__)

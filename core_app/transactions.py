"""Transactions that the database may ask to be run again: deadlocks and serialization failures (R09)."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

T = TypeVar("T")

ATTEMPTS = 4
LONGEST_PAUSE_SECONDS = 0.05
# PostgreSQL: serialization_failure, deadlock_detected. MySQL and MariaDB: ER_LOCK_DEADLOCK, ER_LOCK_WAIT_TIMEOUT.
SQLSTATES = frozenset({"40001", "40P01"})
ERROR_NUMBERS = frozenset({1213, 1205})


def run_in_transaction(work: Callable[[], T]) -> T:
    """The result of `work`, run in a transaction, again when the database chose it as the victim of a conflict.

    Within an outer transaction it runs once: only the outermost can be run again. `work` must not leave anything
    behind outside the database. Raises what `work` raises, and the conflict after the last attempt.
    """

    def whole() -> T:
        with transaction.atomic():
            return work()

    return run_again_after_conflict(whole)


def run_again_after_conflict(work: Callable[[], T]) -> T:
    """As `run_in_transaction`, for `work` that opens the whole transaction by itself."""
    for attempt in range(ATTEMPTS):
        is_outermost = not connection.in_atomic_block
        try:
            return work()
        except OperationalError as error:
            if not is_outermost or attempt == ATTEMPTS - 1 or not is_conflict(error):
                raise
            # Two that met once must not meet again at the same moment.
            time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # noqa: S311  a pause, not a secret
    raise AssertionError("unreachable: the last attempt returns or raises")


def is_conflict(error: OperationalError) -> bool:
    """Whether running the transaction again may help."""
    if getattr(error.__cause__, "sqlstate", None) in SQLSTATES:
        return True
    return bool(error.args) and error.args[0] in ERROR_NUMBERS

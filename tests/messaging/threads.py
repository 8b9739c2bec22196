"""Real threads on a real database: each with its own connection, all let go at once.

SQLite in memory belongs to one connection, so there the tables are copied into a file first.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection, connections

T = TypeVar("T")


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that threads see. What the main thread does with its own connection is not in it."""
    configuration = connections.settings["default"]
    in_memory = configuration["NAME"]
    if connection.vendor != "sqlite" or "memory" not in str(in_memory):
        yield
        return
    path = tmp_path / "race.sqlite3"
    copy = sqlite3.connect(path)
    connection.ensure_connection()
    connection.connection.backup(copy)
    copy.close()
    configuration["NAME"] = str(path)
    yield
    configuration["NAME"] = in_memory


def in_thread(work: Callable[[], T]) -> T:
    """Do it in another thread, on a connection of its own, and return what it returned."""
    return at_once([work])[0]


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of it at the same moment, one thread each; results in order. What one raises, this raises."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            barrier.wait(timeout=60)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        return list(pool.map(run, works))

"""Owns which core does what: server core 0; driver, database and Redis core 1. Everything is put back afterwards."""

import contextlib
import os
from collections.abc import Iterator

from bench.cpu import PROC, family_of

SERVER_CORE = 0
OTHER_CORE = 1
PRIORITY = -10


def go_ahead() -> None:
    """Run ahead of other work, if there is any and this user may: this process and the servers it starts alike."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)


@contextlib.contextmanager
def kept_apart(services: frozenset[int]) -> Iterator[bool]:
    """Pin this process and the services for a while; false when the machine has one core or does not let us."""
    everything = os.sched_getaffinity(0)
    if not {SERVER_CORE, OTHER_CORE} <= everything:
        yield False
        return
    before = {pid: os.sched_getaffinity(pid) for pid in services if pid}
    try:
        os.sched_setaffinity(0, {OTHER_CORE})
        done = [_pin(pid, {OTHER_CORE}) for pid in before]
        yield all(done)
    finally:
        os.sched_setaffinity(0, everything)
        for pid, cores in before.items():
            _pin(pid, cores)


@contextlib.contextmanager
def spread(services: frozenset[int]) -> Iterator[None]:
    """Let this process and the services use every core for a while: two server processes leave no core alone."""
    cores = {SERVER_CORE, OTHER_CORE} & set(range(os.cpu_count() or 1))
    before = os.sched_getaffinity(0)
    try:
        _pin_all(services, cores)
        yield
    finally:
        _pin_all(services, before)


def _pin_all(services: frozenset[int], cores: set[int]) -> None:
    os.sched_setaffinity(0, cores)
    for pid in services:
        _pin(pid, cores)


def _pin(pid: int, cores: set[int]) -> bool:
    """Every thread of a process and of its children. Processes that end meanwhile do not matter."""
    done = True
    for member in family_of(pid):
        try:
            threads = [int(entry.name) for entry in (PROC / str(member) / "task").iterdir()]
            for thread in threads:
                os.sched_setaffinity(thread, cores)
        except PermissionError:
            done = False
        except (ProcessLookupError, FileNotFoundError):
            continue
    return done

"""Owns what work cost in CPU time, read from /proc: the server's processes, the database's, ours, everybody else's."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
# Of one core: what a machine does that has nothing to do.
QUIET_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of one core. `foreign` is what the machine spent on nothing that is measured."""

    server: float
    database: float
    driver: float
    foreign: float

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            self.server - other.server,
            self.database - other.database,
            self.driver - other.driver,
            self.foreign - other.foreign,
        )


@dataclass(frozen=True, slots=True)
class Process:
    """A line of /proc/PID/stat; `own` and `reaped` (its ended children) are seconds of CPU."""

    pid: int
    parent: int
    group: int
    own: float
    reaped: float


class Meter:
    """CPU between `start` and `read`.

    `group` is the server's process group, `services` are the first processes of the database and of Redis.
    """

    def __init__(self, group: int, services: frozenset[int]) -> None:
        self._group = group
        self._services = services
        self._before = Usage(0, 0, 0, 0)

    def start(self) -> None:
        """Begin to count."""
        self._before = self._now()

    def read(self) -> Usage:
        """What was used since."""
        return self._now() - self._before

    def _now(self) -> Usage:
        server = database = 0.0
        for process in processes():
            if process.group == self._group:
                server += process.own + process.reaped
            elif process.pid in self._services:
                database += process.own + process.reaped
            elif process.parent in self._services:
                database += process.own
        driver = time.process_time()
        return Usage(server, database, driver, busy_seconds() - server - database - driver)


def processes() -> list[Process]:
    """Everything that runs on this machine now."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:
                continue
            # The name stands in parentheses and may hold anything (proc(5)).
            fields = text[text.rindex(")") + 2 :].split()
            ticks = [int(fields[index]) for index in (11, 12, 13, 14)]
            own, reaped = sum(ticks[:2]) * TICK, sum(ticks[2:]) * TICK
            found.append(Process(int(folder.name), int(fields[1]), int(fields[2]), own, reaped))
    return found


def busy_seconds() -> float:
    """CPU time that all cores have spent on anything since the machine started; what a host stole is not in it."""
    fields = (PROC / "stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq = map(int, fields[:7])
    return (user + nice + system + irq + softirq) * TICK


def family_of(pid: int) -> list[int]:
    """A process and its children."""
    return [process.pid for process in processes() if pid in (process.pid, process.parent)]


def wait_until_quiet(seconds: float, *, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Wait until the machine does next to nothing for half a second; false when `seconds` were not enough."""
    tries = max(1, int(seconds / 0.5))
    for _ in range(tries):
        before = busy_seconds()
        sleep(0.5)
        if busy_seconds() - before <= QUIET_SHARE * 0.5:
            return True
    return False

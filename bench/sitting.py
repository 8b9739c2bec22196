"""Owns one sitting: every server runs for the whole of a stage, and they are under load one after the other.

Ours, then the peer; in the next round the peer, then ours: what the machine does to one of them it does to the other,
and none is always the one that comes after.
"""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import our_server, peer_server
from bench.browser import Socket
from bench.cpu import Meter, wait_until_quiet
from bench.engine import Load, Row
from bench.operations import NEEDS_PERSON, User, users_of
from bench.pinning import OTHER_CORE, SERVER_CORE, spread
from bench.plan import CELLS, OURS, PEER, Stage
from bench.services import Services
from bench.target import Target

QUIET_SECONDS = 10
# More of a core than this, spent by strangers: measured again, once.
MOST_FOREIGN_PERCENT = 12


@dataclass(slots=True)
class Contestant:
    """A server that runs, and the people who are signed in at it."""

    target: Target
    group: int
    users: list[User]


@dataclass(frozen=True, slots=True)
class Measured:
    """One row with its place in the plan."""

    stage: str
    contestant: str
    algorithm: str
    round: int
    row: Row


@dataclass(slots=True)
class Sitting:
    """What a sitting needs.

    `patience`: seconds that may go by, all in all, waiting for a quiet machine and measuring again when it was not.
    """

    services: Services
    ours: our_server.Prepared
    peer_database: str
    folder: Path
    patience: float

    def measure(self, stage: Stage, only: Sequence[str] = ()) -> Iterator[Measured]:
        """Start everything, measure every cell (or `only` these operations), stop everything.

        Raises DidNotStart, FlowFailed, ServerGone.
        """
        with self._contestants(stage) as contestants:
            for cell in (cell for cell in CELLS if not only or cell.operation in only):
                for number in range(stage.rounds):
                    for name in cell.order(number):
                        row = self._measure(contestants[name], cell.operation, stage)
                        yield Measured(stage.title, name, cell.algorithm, number, row)

    def _measure(self, contestant: Contestant, operation: str, stage: Stage) -> Row:
        best: Row | None = None
        for _ in range(2):
            begun = time.monotonic()
            if operation in NEEDS_PERSON:
                for user in contestant.users:
                    user.renew()
            if self.patience > 0:
                wait_until_quiet(min(QUIET_SECONDS, self.patience))
                self.patience -= time.monotonic() - begun
            meter = Meter(contestant.group, self.services.pids)
            load = Load(operation, contestant.users)
            row = load.measure(warm=stage.warm, seconds=stage.seconds, meter=meter)
            if row.errors:
                # It voids the row, and a second try must not hide it.
                return row
            if best is None or row.foreign_percent < best.foreign_percent:
                best = row
            if row.foreign_percent <= MOST_FOREIGN_PERCENT or self.patience <= 0:
                break
            self.patience -= stage.warm + stage.seconds
        assert best is not None  # noqa: S101  there is one try at least
        return best

    @contextlib.contextmanager
    def _contestants(self, stage: Stage) -> Iterator[dict[str, Contestant]]:
        cores = {SERVER_CORE}
        with ExitStack() as stack:
            if stage.processes > 1:
                cores = {SERVER_CORE, OTHER_CORE}
                stack.enter_context(spread(self.services.pids))
            cores &= set(range(os.cpu_count() or 1))
            found: dict[str, Contestant] = {}
            group = stack.enter_context(our_server.serving(self.ours, processes=stage.processes, cores=cores))
            for name, target in self.ours.targets.items():
                found[f"{OURS}/{name}"] = self._contestant(target, group, stage)
            for name, target in peer_server.targets().items():
                peer = peer_server.serving(
                    target,
                    database=self.peer_database,
                    folder=self.folder,
                    processes=stage.processes,
                    cores=cores,
                )
                found[f"{PEER}/{name}"] = self._contestant(target, stack.enter_context(peer), stage)
            yield found

    def _contestant(self, target: Target, group: int, stage: Stage) -> Contestant:
        return Contestant(target, group, users_of(target, stage.connections, Socket(target.port)))

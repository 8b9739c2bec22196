"""Owns the load: a closed loop of virtual users on one epoll, one kept connection each.

What runs for every request is written flat, with local names: this process has to be faster than what it measures.
Its own time for each request is in every row, so that nobody has to believe it.
"""

import contextlib
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench import wire
from bench.cpu import Meter, Usage
from bench.operations import OPERATIONS, Turns, User
from bench.percentile import percentile

MOST_ERRORS = 1000
SAMPLES = 3
POLL_SECONDS = 0.5


class ServerGone(Exception):
    """The server takes no connection any more, or does not read."""


@dataclass(slots=True)
class Row:
    """What one operation did in one measurement. Times are in milliseconds, CPU in microseconds of an operation."""

    operation: str
    connections: int
    seconds: float
    count: int
    errors: int
    per_second: float
    p50: float
    p99: float
    server_us: float
    database_us: float
    driver_us: float
    foreign_percent: float
    steps: dict[str, dict[str, float]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """A virtual user's connection, and what it waits for."""

    user: User
    turns: Turns
    request: bytes = b""
    link: socket.socket | None = None
    data: bytes = b""
    begun: float = 0.0
    sent: float = 0.0


@dataclass(slots=True)
class _Tally:
    flows: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=dict)
    errors: int = 0
    complaints: list[str] = field(default_factory=list)

    def complain(self, complaint: str) -> None:
        """Count an error, and keep the words of the first few."""
        self.errors += 1
        if len(self.complaints) < SAMPLES:
            self.complaints.append(complaint)


class Load:
    """One operation by some users against one port."""

    def __init__(
        self, operation: str, users: list[User], now: Callable[[], float] = time.perf_counter
    ) -> None:
        self._operation = operation
        self._now = now
        self._address = ("127.0.0.1", users[0].target.port)
        self._poll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._tally = _Tally()
        self._connections = len(users)
        for user in users:
            user.step = operation
            line = _Line(user, OPERATIONS[operation](user))
            line.request = _request(line.turns)
            line.begun = self._now()
            self._send(line)

    def measure(self, *, warm: float, seconds: float, meter: Meter) -> Row:
        """Let it run `warm` seconds, then count for `seconds`; errors of both are in the row. Raises ServerGone."""
        try:
            self._run(self._now() + warm)
            # What went wrong before counts too: a server that fails at first may be quick because it failed.
            self._tally = _Tally(errors=self._tally.errors, complaints=self._tally.complaints)
            meter.start()
            begun = self._now()
            self._run(begun + seconds)
            took, usage = self._now() - begun, meter.read()
        finally:
            self._close()
        return self._row(took, usage)

    def _run(self, until: float) -> None:
        now, lines, poll, parse = self._now, self._lines, self._poll.poll, wire.parse
        while (left := until - now()) > 0 and self._tally.errors < MOST_ERRORS:
            for number, _ in poll(min(POLL_SECONDS, left)):
                line = lines[number]
                data = self._receive(line)
                if not data:
                    continue
                if line.data:
                    data = line.data + data
                response = parse(data)
                if response is None:
                    line.data = data
                else:
                    line.data = b""
                    self._take(line, response, now())

    def _take(self, line: _Line, response: wire.Response, arrived: float) -> None:
        """An answer is whole: note its time, and send what comes next."""
        if wire.closes(response[1]):
            self._drop(line)
        tally, user = self._tally, line.user
        if user.step != self._operation:
            tally.steps.setdefault(user.step, []).append(arrived - line.sent)
        following = line.turns.send(response)
        if isinstance(following, str):
            tally.flows.append(arrived - line.begun)
            if following:
                tally.complain(following)
            line.request = _request(line.turns)
            line.begun = self._now()
        else:
            line.request = following
        self._send(line)

    def _receive(self, line: _Line) -> bytes:
        """What has come. Nothing when the server ended the connection: an error, for a request is always under way.

        It is sent again, so that the others are still measured as they were.
        """
        assert line.link is not None  # noqa: S101  it is in epoll
        with contextlib.suppress(ConnectionResetError):
            data = line.link.recv(262144)
            if data:
                return data
        self._drop(line)
        line.data = b""
        self._tally.complain(f"{line.user.step}: the connection ended before the answer did")
        self._send(line)
        return b""

    def _send(self, line: _Line) -> None:
        if line.link is None:
            self._connect(line)
        assert line.link is not None  # noqa: S101
        try:
            sent = line.link.send(line.request)
        except (BrokenPipeError, ConnectionResetError):
            self._drop(line)
            self._connect(line)
            sent = line.link.send(line.request)
        if sent != len(line.request):
            raise ServerGone(f"{line.user.target.name} does not read")
        line.sent = self._now()

    def _connect(self, line: _Line) -> None:
        try:
            made = socket.create_connection(self._address, timeout=10)
        except OSError as error:
            raise ServerGone(f"nobody answers on port {self._address[1]}: {error}") from error
        # Blocking again: epoll says when there is something, and a time-out costs a system call each time.
        made.settimeout(None)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.link = made
        self._lines[made.fileno()] = line
        self._poll.register(made.fileno(), select.EPOLLIN)

    def _drop(self, line: _Line) -> None:
        if line.link is not None:
            self._poll.unregister(line.link.fileno())
            del self._lines[line.link.fileno()]
            line.link.close()
            line.link = None

    def _close(self) -> None:
        for line in list(self._lines.values()):
            self._drop(line)
        self._poll.close()

    def _row(self, took: float, usage: Usage) -> Row:
        tally = self._tally
        flows = sorted(tally.flows)
        each = 1e6 / max(1, len(flows))
        steps = {name: sorted(times) for name, times in tally.steps.items()}
        return Row(
            operation=self._operation,
            connections=self._connections,
            seconds=round(took, 3),
            count=len(flows),
            errors=tally.errors,
            per_second=round(max(0, len(flows) - tally.errors) / took, 1),
            p50=round(percentile(flows, 0.5) * 1e3, 3),
            p99=round(percentile(flows, 0.99) * 1e3, 3),
            server_us=round(usage.server * each, 1),
            database_us=round(usage.database * each, 1),
            driver_us=round(usage.driver * each, 1),
            foreign_percent=round(100 * usage.foreign / took, 1),
            steps={
                name: {
                    "p50": round(percentile(times, 0.5) * 1e3, 3),
                    "p99": round(percentile(times, 0.99) * 1e3, 3),
                }
                for name, times in steps.items()
            },
            complaints=tally.complaints,
        )


def _request(turns: Turns) -> bytes:
    """The first request of an operation."""
    request = next(turns)
    assert isinstance(request, bytes)  # noqa: S101  a complaint comes after an answer only
    return request

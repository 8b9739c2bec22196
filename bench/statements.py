"""Owns how many statements an operation sends to the database, ours and the peer's, counted on the wire by one person
doing it again and again. The middle of the counts is taken: what is remembered for a while is asked once.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from bench import our_server, peer_server
from bench.browser import Socket
from bench.operations import NEEDS_PERSON, OPERATIONS, User, users_of
from bench.plan import OPAQUE, OURS, PEER, RS256
from bench.services import Services
from bench.target import Target
from bench.wire import Response
from bench.wiretap import Counts, tapped

WARM, TIMES = 3, 9


class WrongAnswer(Exception):
    """An operation that was being counted got an answer that is not as it has to be."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Statements of one operation (of one step of it where it has several), how many write, transaction control, and
    how often the server waits for an answer.
    """

    contestant: str
    operation: str
    statements: float
    writes: float
    control: float
    round_trips: float


def count_all(services: Services, ours: our_server.Prepared, peer_url: str, folder: Path) -> list[Cost]:
    """Every operation of ours and of the peer. Raises WrongAnswer, DidNotStart, FlowFailed."""
    found: list[Cost] = []
    target = ours.targets[RS256]
    with _tap(ours.environment["DATABASE_URL"]) as (url, counts):
        tapped_ours = replace(ours, environment={**ours.environment, "DATABASE_URL": url})
        with our_server.serving(tapped_ours, processes=1, cores=set()):
            found += _count(f"{OURS}/{RS256}", target, counts)
    for name in (RS256, OPAQUE):
        target = peer_server.targets()[name]
        with _tap(peer_url) as (url, counts):
            peer = peer_server.serving(target, database=url, folder=folder, processes=1, cores=set())
            with peer:
                found += _count(f"{PEER}/{name}", target, counts)
    return found


@contextlib.contextmanager
def _tap(url: str) -> Iterator[tuple[str, Counts]]:
    parts = urlsplit(url)
    with tapped(parts.hostname or "127.0.0.1", parts.port or 5432) as (port, counts):
        login = parts.netloc.rpartition("@")[0]
        yield parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl(), counts


def _count(contestant: str, target: Target, counts: Counts) -> list[Cost]:
    user = users_of(target, 1, Socket(target.port))[0]
    costs = []
    for operation in OPERATIONS:
        if operation in ("introspect", "userinfo") and contestant == f"{PEER}/{RS256}":
            continue  # it does neither for JWT access tokens
        if operation in NEEDS_PERSON:
            user.renew()
        seen: dict[str, list[Counts]] = {}
        for turn in range(WARM + TIMES):
            for step, cost in _once(user, operation, counts):
                if turn >= WARM:
                    seen.setdefault(step, []).append(cost)
        costs += [_middle(contestant, step, many) for step, many in seen.items()]
    return costs


def _once(user: User, operation: str, counts: Counts) -> list[tuple[str, Counts]]:
    """One operation; each of its requests with what it cost."""
    turns, send = OPERATIONS[operation](user), Socket(user.target.port)
    user.step = operation
    item, done = next(turns), []
    while isinstance(item, bytes):
        before = replace(counts, texts=[])
        response: Response = send(item)
        step = user.step
        item = turns.send(response)
        done.append((step if step == operation else f"{operation}: {step}", _difference(counts, before)))
    if item:
        raise WrongAnswer(item)
    return done


def _difference(after: Counts, before: Counts) -> Counts:
    return Counts(
        after.statements - before.statements,
        after.writes - before.writes,
        after.control - before.control,
        after.round_trips - before.round_trips,
    )


def _middle(contestant: str, step: str, many: list[Counts]) -> Cost:
    figures = [asdict(counts) for counts in many]
    middle = {name: median(entry[name] for entry in figures) for name in figures[0] if name != "texts"}
    return Cost(contestant, step, **middle)

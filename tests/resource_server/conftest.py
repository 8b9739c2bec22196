"""An issuer, a guard at the door of the API "notes", and a clock for its caches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.resource_server.fake_issuer import API, AUDIENCE, FakeIssuer
from token_guard import Guard, Liveness

MakeGuard = Callable[..., Guard]


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with FakeIssuer().running() as issuer:
        yield issuer


@pytest.fixture
def make_guard(issuer: FakeIssuer, clock: Clock) -> Iterator[MakeGuard]:
    made: list[Guard] = []

    def make(**changes: Any) -> Guard:
        guard = Guard(**{"issuer": issuer.url, "audience": AUDIENCE, "clock": clock, **changes})
        made.append(guard)
        return guard

    yield make
    for guard in made:
        guard.close()


@pytest.fixture
def guard(make_guard: MakeGuard) -> Guard:
    """Checks signatures only."""
    return make_guard()


@pytest.fixture
def asking_guard(make_guard: MakeGuard) -> Guard:
    """Asks the issuer, too."""
    return make_guard(liveness=Liveness(client_id=API[0], client_secret=API[1]))

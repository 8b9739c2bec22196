"""Whatever Redis does: what ended is refused by all four processes, nobody else is logged out, nobody waits long."""

import time
from collections.abc import Callable, Iterator

import pytest

from auth_server_django.conf import conf
from tests.faults.invariants import assert_whole
from tests.faults.long import LONG
from tests.faults.signed_in import PROCESSES, THREADS, Person, World, world_of
from tests.faults.workers import wait_until

pytestmark = [pytest.mark.race, pytest.mark.services]

# The promise (C10): what is asked later than this is refused by every process.
PROMISE = 1.0
SLOWER_THAN_TIMEOUT = 0.5


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of(tmp_path_factory.mktemp("redis")) as world:
        yield world
        assert_whole(world.server)


Fault = Callable[[World], None]


def is_slow(world: World) -> None:
    world.line.delay = SLOWER_THAN_TIMEOUT


def breaks_off_answers(world: World) -> None:
    world.line.answer_bytes = 2


FAULTS: dict[str, Fault] = {
    "flushed": lambda world: world.store.flush(),
    "killed": lambda world: world.store.kill(),
    "paused": lambda world: world.store.pause(),
    "slow": is_slow,
    "resets connections": lambda world: world.line.break_off(),
    "resets in the middle of answers": breaks_off_answers,
    "half open": lambda world: world.line.hang(),
}


QUICK = {"flushed", "killed", "paused"}


def mend(world: World) -> None:
    if world.store.process is None:
        world.store.start()
    world.store.resume()
    world.line.heal()


def is_refused(world: World, person: Person) -> bool:
    """Whether nobody calls the person's token active any more once the promise is over; every process is asked."""
    world.watch(person, seconds=PROMISE)
    late = world.watch(person, seconds=0.5)
    assert {one.status for one in late} == {200}
    return not any(one.is_active for one in late)


def most_calls(seconds: float) -> float:
    """How often so many processes may try a Redis that fails: what was under way when the breaker opened, the failures
    that opened it, and one trial for each of its pauses."""
    trials = seconds / conf.REDIS_BREAKER_SECONDS + 1
    return PROCESSES * (THREADS + conf.REDIS_BREAKER_FAILURES + trials)


@pytest.mark.requirement("C10", "F41")
@pytest.mark.parametrize("end", [Person.log_out, Person.give_back, Person.log_out_by_json])
def test_every_worker_refuses_at_once(world: World, end: Callable[[Person], None]) -> None:
    for _round in range(3):
        person = world.sign_in()
        assert world.is_known_to_all(person)
        end(person)
        assert is_refused(world, person)


@pytest.mark.requirement("R01", "R02", "R03", "R04", "C10")
@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=() if name in QUICK else LONG) for name in FAULTS]
)
def test_whatever_redis_does_what_ended_stays_ended_and_the_rest_goes_on(world: World, fault: str) -> None:
    leaving, staying = world.sign_in(), world.sign_in()
    assert world.is_known_to_all(leaving)
    assert world.is_known_to_all(staying)
    calls, began = world.line.calls, time.monotonic()
    FAULTS[fault](world)
    try:
        during = world.watch(staying, seconds=1.0)
        assert all(one.is_active for one in during), "nobody is logged out by it"
        leaving.give_back()
        assert is_refused(world, leaving)
        assert {one.status for one in during} == {200}
        assert world.sign_in().tokens["access_token"], "people can sign in"
        assert world.line.calls - calls <= most_calls(time.monotonic() - began), "no storm of connections"
    finally:
        mend(world)
    assert is_refused(world, leaving)
    assert world.look(staying).is_active
    assert staying.browser.get("/account/").status_code == 200


@LONG
@pytest.mark.requirement("R01", "F74")
def test_a_server_starts_without_redis_and_uses_it_when_it_comes(world: World) -> None:
    staying = world.sign_in()
    world.store.kill()
    try:
        world.server.restart()
        assert all(one.is_active for one in world.watch(staying, seconds=0.5))
        leaving = world.sign_in()
        leaving.log_out()
        assert not world.look(leaving).is_active
        assert world.cache_is("degraded")
    finally:
        mend(world)
    wait_until(lambda: world.cache_is("ok"))
    assert world.look(staying).is_active
    assert not world.look(leaving).is_active


@LONG
@pytest.mark.requirement("F42")
def test_a_warm_check_asks_redis_a_bounded_number_of_times(world: World) -> None:
    person = world.sign_in()
    assert world.is_known_to_all(person)
    questions, looks = world.line.questions, 40
    assert all(world.look(person).is_active for _ in range(looks))
    assert world.line.questions - questions <= 4 * looks

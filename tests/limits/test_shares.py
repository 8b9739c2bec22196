"""Limits that are taken by the handful: never more than the limit, and a flood costs nothing."""

from threading import Thread

import pytest
import time_machine
from django.core.cache import cache

from limits_app.shares import forget_shares, take

START = 1_767_225_600  # a whole minute


def passes(times: int, *, limit: int, key: str = "198.51.100.1") -> int:
    refused = [take(name="token", key=key, limit=limit, per_seconds=60) for _ in range(times)]
    return refused.count(None)


@pytest.mark.requirement("feature:F12")
@pytest.mark.parametrize("limit", [1, 3, 100, 250])
def test_exactly_the_limit_passes_in_one_process(limit: int) -> None:
    with time_machine.travel(START + 10, tick=False):
        assert passes(limit + 20, limit=limit) == limit
        refusal = take(name="token", key="198.51.100.1", limit=limit, per_seconds=60)
    assert refusal is not None
    assert refusal.retry_after == 50
    assert not refusal.is_first


@pytest.mark.requirement("feature:F12")
def test_the_next_minute_is_open_again_and_zero_is_no_limit() -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert passes(5, limit=2) == 2
        clock.shift(60)
        assert passes(5, limit=2) == 2
        assert passes(50, limit=0) == 50


@pytest.mark.requirement("feature:F12")
def test_two_processes_together_never_pass_more_than_the_limit() -> None:
    with time_machine.travel(START, tick=False):
        first = passes(130, limit=200)
        forget_shares()  # another process knows nothing of what the first has taken
        assert first + passes(130, limit=200) <= 200


@pytest.mark.requirement("feature:F12", "L07")
def test_a_flood_is_refused_from_memory_and_recorded_once() -> None:
    with time_machine.travel(START, tick=False):
        passes(100, limit=100)
        refusals = [take(name="token", key="198.51.100.1", limit=100, per_seconds=60)]
        cache.clear()
        refusals += [take(name="token", key="198.51.100.1", limit=100, per_seconds=60) for _ in range(500)]
    assert [one.is_first for one in refusals if one] == [True] + [False] * 500


@pytest.mark.requirement("feature:F12")
def test_where_the_limit_is_high_one_look_into_the_cache_is_for_a_hundred_uses() -> None:
    with time_machine.travel(START, tick=False):
        assert passes(100, limit=10_000) == 100
        forget_shares()
        assert passes(10_000, limit=10_000) == 9_900


@pytest.mark.requirement("feature:F12")
def test_threads_together_pass_no_more_than_the_limit() -> None:
    passed: list[int] = []
    with time_machine.travel(START, tick=False):
        threads = [Thread(target=lambda: passed.append(passes(50, limit=120))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(passed) <= 120
    cache.clear()

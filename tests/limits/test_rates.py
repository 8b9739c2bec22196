"""Rates: what is left of a limit, told in headers."""

from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from limits_app import rates

WINDOW_START = 1_767_225_600  # a whole minute


def use() -> rates.Rate:
    return rates.count(name="api", key="person 1", limit=2, per_seconds=60)


@pytest.mark.requirement("feature:F12")
def test_each_use_says_what_is_left_and_when_the_window_ends() -> None:
    with time_machine.travel(WINDOW_START + 45.5, tick=False):
        told = [use().headers for _ in range(3)]
    assert {each["RateLimit-Policy"] for each in told} == {'"api";q=2;w=60'}
    assert [each["RateLimit"] for each in told] == ['"api";r=1;t=15', '"api";r=0;t=15', '"api";r=0;t=15']
    assert [each.get("Retry-After") for each in told] == [None, None, "15"]


@pytest.mark.requirement("feature:F12")
def test_the_next_window_begins_anew() -> None:
    with time_machine.travel(WINDOW_START, tick=False) as clock:
        assert [use().is_over for _ in range(3)] == [False, False, True]
        clock.shift(60)
        assert use().used == 1


def test_all_but_the_first_use_of_a_window_ask_the_cache_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    add, incr = cache.add, cache.incr

    def counted_add(*args: Any, **kwargs: Any) -> Any:
        calls.append("add")
        return add(*args, **kwargs)

    def counted_incr(*args: Any, **kwargs: Any) -> Any:
        calls.append("incr")
        return incr(*args, **kwargs)

    monkeypatch.setattr(cache, "add", counted_add, raising=False)
    monkeypatch.setattr(cache, "incr", counted_incr, raising=False)
    with time_machine.travel(WINDOW_START, tick=False):
        use()
        calls.clear()
        assert use().used == 2
    assert calls == ["incr"]

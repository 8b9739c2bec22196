"""Page throttles: a ceiling per window, and nobody kept out because the cache is away."""

from pathlib import Path
from typing import Any, cast

import pytest
import time_machine
from django.core.cache import caches
from pytest_django import Settings

from core_app.errors import TooManyAttempts
from limits_app.throttle import hit
from tests.messaging.threads import at_once


def knock(*, scope: str = "sign-up", key: str = "198.51.100.1") -> None:
    hit(scope=scope, key=key, limit=3, per_seconds=60)


WINDOW_START = 1_767_225_600  # a whole minute


def was_let_in() -> bool:
    try:
        knock()
    except TooManyAttempts:
        return False
    return True


@pytest.mark.requirement("feature:F12")
def test_one_more_than_the_limit_is_told_when_to_come_back() -> None:
    with time_machine.travel(WINDOW_START + 45, tick=False):
        for _ in range(3):
            knock()
        with pytest.raises(TooManyAttempts) as refused:
            knock()
    assert refused.value.status == 429
    assert refused.value.retry_after == 15


@pytest.mark.requirement("feature:F12")
def test_the_next_window_is_open_again() -> None:
    with time_machine.travel(WINDOW_START, tick=False) as clock:
        assert [was_let_in() for _ in range(5)] == [True, True, True, False, False]
        clock.shift(60)
        assert was_let_in()


@pytest.mark.requirement("feature:F12")
@pytest.mark.parametrize("other", [{"key": "203.0.113.9"}, {"scope": "sign-in"}])
def test_keys_and_scopes_are_counted_apart(other: dict[str, str]) -> None:
    with time_machine.travel(WINDOW_START, tick=False):
        for _ in range(3):
            knock()
        knock(**other)


def test_the_cache_learns_no_key(settings: Settings, tmp_path: Path) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    with time_machine.travel(WINDOW_START, tick=False):
        knock(key="+97699112233")
    (name,) = cast(Any, caches["default"])._cache
    assert "throttle:sign-up:" in name
    assert "99112233" not in name


@pytest.mark.requirement("feature:F12")
@pytest.mark.race
def test_callers_at_once_are_counted_exactly() -> None:
    with time_machine.travel(WINDOW_START, tick=False):
        assert sum(at_once([was_let_in] * 20)) == 3


@pytest.mark.requirement("R01")
def test_without_the_cache_the_count_goes_on_in_this_process(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
        }
    }
    with time_machine.travel(WINDOW_START, tick=False):
        for _ in range(3):
            knock(key="without the cache")
        with pytest.raises(TooManyAttempts):
            knock(key="without the cache")
    assert "counts in this process only" in caplog.text
    assert "without the cache" not in caplog.text

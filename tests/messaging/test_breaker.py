"""A gateway that keeps failing is left alone, and tried again by one message at a time."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisAway

from messaging_app import breaker
from messaging_app.gateways import memory
from messaging_app.gateways.base import GatewayRefused, GatewayUnavailable
from messaging_app.sms import send_sms
from tests.messaging.conftest import PHONE

pytestmark = [pytest.mark.requirement("R14"), pytest.mark.usefixtures("standing_still")]
START = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)


def fail(times: int, route: str = "first") -> None:
    for _ in range(times):
        breaker.record(route, failed=True)


def test_five_failures_in_a_row_open_it_and_a_success_starts_over() -> None:
    fail(4)
    breaker.record("first", failed=False)
    fail(4)
    assert breaker.allows("first")
    fail(1)
    assert not breaker.allows("first")
    assert breaker.is_open("first")
    assert breaker.allows("second"), "each route has its own"


def test_half_of_twenty_open_it() -> None:
    with time_machine.travel(START, tick=False):
        for _ in range(9):
            breaker.record("first", failed=False)
            fail(1)
        breaker.record("first", failed=False)
        assert breaker.allows("first")
        fail(1)
        assert not breaker.allows("first")


def test_after_its_time_one_message_tries_and_decides(settings: Settings) -> None:
    with time_machine.travel(START, tick=False) as clock:
        fail(5)
        clock.shift(timedelta(seconds=29))
        assert not breaker.allows("first")
        clock.shift(timedelta(seconds=1))
        assert [breaker.allows("first") for _ in range(3)] == [True, False, False]
        fail(1)
        assert not breaker.allows("first"), "open again after one failure"
        clock.shift(timedelta(seconds=30))
        assert breaker.allows("first")
        breaker.record("first", failed=False)
        assert all(breaker.allows("first") for _ in range(3))


def test_a_trial_whose_worker_died_is_not_waited_for_for_ever() -> None:
    with time_machine.travel(START, tick=False) as clock:
        fail(5)
        clock.shift(timedelta(seconds=30))
        assert breaker.allows("first")
        clock.shift(timedelta(seconds=breaker.TRIAL_SECONDS + 1))
        assert breaker.allows("first")


def test_without_the_cache_each_process_counts_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise RedisAway

    for name in ("get", "add", "set", "incr", "delete", "delete_many"):
        monkeypatch.setattr(cache, name, away)
    fail(5)
    assert not breaker.allows("first")


def test_an_open_route_is_not_called_and_a_refusal_is_no_failure(settings: Settings) -> None:
    settings.SMS_ROUTES = "*=memory"
    for error in (GatewayUnavailable, GatewayRefused):
        for _ in range(5):
            memory.failures.append(error("no"))
            with pytest.raises(error):
                send_sms(to=PHONE, text="hello", idempotency_key="k")
        if error is GatewayUnavailable:
            assert not breaker.allows("memory")
            with pytest.raises(GatewayUnavailable, match="left alone"):
                send_sms(to=PHONE, text="hello", idempotency_key="k")
            assert not memory.delivered
            cache.clear()
    assert breaker.allows("memory")

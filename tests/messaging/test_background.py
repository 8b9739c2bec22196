"""Without a worker: a thread of the process sends, and what outlives a rollback is written afterwards."""

import logging
import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connections, transaction
from pytest_django import Settings

from messaging_app import background, outbox
from messaging_app.afterwards import after_refusal, do_what_waits
from messaging_app.conf import delivery_mode
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from tests.messaging.threads import in_thread

Queue = Callable[..., OutboundMessage]


@pytest.mark.parametrize(
    ("routes", "mode"),
    [
        ("*=console", "inline"),
        ("*=memory", "inline"),
        ("MN=moni;*=console", "thread"),
        ("nonsense", "inline"),
    ],
)
def test_a_gateway_that_has_to_be_reached_is_never_waited_for_in_a_request(
    settings: Settings, routes: str, mode: str
) -> None:
    settings.MESSAGING_DELIVERY, settings.CELERY_BROKER_URL, settings.SMS_ROUTES = "", "", routes
    assert delivery_mode() == mode


@pytest.mark.usefixtures("shared_database")
def test_the_thread_is_woken_by_the_commit_and_sends(
    queue_code: Queue, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MESSAGING_DELIVERY = "thread"
    woken: list[str] = []
    monkeypatch.setattr(outbox, "wake", lambda: woken.append(threading.current_thread().name))

    def request() -> None:
        with transaction.atomic():
            queue_code()
            assert not woken, "not before the commit"

    in_thread(request)
    assert len(woken) == 1
    assert not memory.delivered
    assert in_thread(background.run_once) == 1
    assert len(memory.delivered) == 1


def test_the_thread_starts_once_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    ran = threading.Event()

    def run() -> int:
        runs.append(threading.current_thread().name)
        ran.set()
        return 0

    monkeypatch.setattr(background, "run_once", run)
    relay = background.Relay()
    for _ in range(3):
        ran.clear()
        relay.wake()
        assert ran.wait(60)
    assert set(runs) == {"outbox-relay"}
    assert sum(thread.name == "outbox-relay" for thread in threading.enumerate()) == 1
    relay.stop()
    assert all(thread.name != "outbox-relay" for thread in threading.enumerate())


def test_a_database_that_is_away_stops_neither_thread_nor_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> int:
        raise DatabaseError("secret words")

    monkeypatch.setattr(background, "relay", away)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    assert background.run_once() == 0
    assert "secret words" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_done_once_after_the_rollback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    done: list[str] = []
    with transaction.atomic():
        after_refusal(lambda: done.append("waited"))
        assert not done
        transaction.set_rollback(True)
    do_what_waits()
    do_what_waits()
    after_refusal(lambda: done.append("at once"))
    assert done == ["waited", "at once"]

    def broken() -> None:
        raise DatabaseError

    after_refusal(broken)
    assert "could not be written" in caplog.text

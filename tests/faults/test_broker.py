"""The broker goes away while 500 things happen, and comes back: everybody is told of each, once."""

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import kombu
import pytest
from celery import Celery
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from core_app.events import CATALOGUE
from messaging_app.models import OutboundMessage
from obligations_app.models import OAuthTokenLog
from tests.faults.broken_line import Line, line_to
from tests.faults.live import private_redis
from tests.faults.long import LONG
from tests.faults.workers import PATIENCE, environment, letters_in, process, wait_until
from tests.messaging.threads import in_thread, shared_database

__all__ = ["shared_database"]

pytestmark = [pytest.mark.race, pytest.mark.services, pytest.mark.usefixtures("shared_database")]

EVENTS = 500
Status = OutboundMessage.Status
RABBITMQ = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
WORKER = ("-m", "celery", "-A", "auth_server_django", "worker", "--pool", "solo", "--loglevel", "ERROR")
BEAT = (*WORKER, "--beat")
FEW = 20
QUEUE = f"test-{uuid.uuid4().hex[:8]}"
Broker = tuple[str, Line]


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """The broker's URL for the worker, and the line to it."""
    with ExitStack() as stack:
        if request.param == "redis":
            store = stack.enter_context(private_redis(tmp_path))
            line = stack.enter_context(line_to("127.0.0.1", store.port))
            yield f"redis://127.0.0.1:{line.port}/0", line
            return
        require_rabbitmq()
        parts = urlsplit(RABBITMQ)
        line = stack.enter_context(line_to(parts.hostname or "127.0.0.1", parts.port or 5672))
        login = f"{parts.username or 'guest'}:{parts.password or 'guest'}"
        stack.callback(forget_queue)
        yield f"amqp://{login}@127.0.0.1:{line.port}{parts.path or '//'}", line


def require_rabbitmq() -> None:
    """Skips where there is none, unless RABBITMQ_URL says that there is."""
    try:
        with kombu.Connection(RABBITMQ, connect_timeout=2) as connection:  # type: ignore[attr-defined,no-untyped-call]
            connection.connect()
    except (OSError, kombu.exceptions.KombuError) as error:
        if "RABBITMQ_URL" in os.environ:
            raise
        pytest.skip(f"no RabbitMQ at its usual place: {type(error).__name__}")


def forget_queue() -> None:
    """The server is shared and outlives the test."""
    with kombu.Connection(RABBITMQ, connect_timeout=2) as connection:  # type: ignore[attr-defined,no-untyped-call]
        connection.default_channel.queue_delete(QUEUE)
        connection.default_channel.exchange_delete(QUEUE)


@pytest.mark.requirement("R10", "F62")
def test_no_event_goes_untold_and_none_is_told_twice(
    broker: Broker, settings: Settings, tmp_path: Path
) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    url, line = broker
    mailbox = tmp_path / "mail"
    where = environment(
        CELERY_BROKER_URL=url,
        CELERY_QUEUE=QUEUE,
        EMAIL_URL=f"filemail:///{mailbox}",
        MESSAGING_BATCH=str(EVENTS),
    )
    schedule = str(tmp_path / "beat")
    in_thread(lambda: make_people(EVENTS + 1))
    with process(*BEAT, "--schedule", schedule, surroundings=where):
        in_thread(lambda: tell_of(0, 1))
        wait_until(lambda: in_thread(waiting) == 0)
        line.cut()
        in_thread(lambda: tell_of(1, EVENTS + 1))
        assert in_thread(waiting) == EVENTS, "nobody delivers while the broker is away"
        line.mend()
        wait_until(lambda: in_thread(waiting) == 0)
    events, keys = in_thread(events_and_keys)
    assert len(events) == EVENTS + 1
    assert keys == events
    letters = letters_in(mailbox)
    assert len(letters) == EVENTS + 1
    assert set(Counter(letter["Message-ID"] for letter in letters).values()) == {1}
    assert {letter["To"] for letter in letters} == {address(number) for number in range(EVENTS + 1)}


@LONG
@pytest.mark.requirement("R10", "R11", "F62")
def test_rubbish_and_repetitions_on_the_queue_lose_nothing_and_send_nothing_twice(
    broker: Broker, settings: Settings, tmp_path: Path
) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    url, _line = broker
    mailbox = tmp_path / "mail"
    where = environment(CELERY_BROKER_URL=url, CELERY_QUEUE=QUEUE, EMAIL_URL=f"filemail:///{mailbox}")
    in_thread(lambda: make_people(FEW))
    in_thread(lambda: tell_of(0, FEW))
    put_on_queue(url)
    with process(*WORKER, surroundings=where), process(*WORKER, surroundings=where):
        wait_until(lambda: in_thread(waiting) == 0)
    letters = letters_in(mailbox)
    assert {letter["To"] for letter in letters} == {address(number) for number in range(FEW)}
    assert len(letters) == FEW


def put_on_queue(url: str) -> None:
    """What no worker understands, and then the same order many times over."""
    with kombu.Connection(url, connect_timeout=2) as connection:  # type: ignore[attr-defined,no-untyped-call]
        queue = connection.SimpleQueue(QUEUE)
        queue.put({"no": "task"})
        queue.put("not even an object")
        queue.close()
    beat = Celery(broker=url)
    for _time in range(FEW):
        beat.send_task("messaging_app.relay", queue=QUEUE, expires=PATIENCE)
    beat.send_task("nobody.knows.this", queue=QUEUE)
    beat.close()


def address(number: int) -> str:
    return f"p{number}@example.com"


def make_people(count: int) -> None:
    User.objects.bulk_create(
        User(email=address(number), email_verified_at=timezone.now()) for number in range(count)
    )


def tell_of(first: int, last: int) -> None:
    people = {person.email: person.pk for person in User.objects.all()}
    for number in range(first, last):
        CATALOGUE["backup_codes.made"].emit(user_id=people[address(number)])


def waiting() -> int:
    return OutboundMessage.objects.exclude(status=Status.SENT).count()


def events_and_keys() -> tuple[set[str], set[str]]:
    entries = OAuthTokenLog.objects.filter(event="backup_codes.made").values_list("pk", flat=True)
    keys = OutboundMessage.objects.values_list("idempotency_key", flat=True)
    return {f"notice:backup_codes.made:{pk}" for pk in entries}, set(keys)

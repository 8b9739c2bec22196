"""Many workers at one outbox."""

from functools import partial

import pytest
from pytest_django import Settings

from messaging_app.delivery import deliver, relay
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from messaging_app.services import queue_sms
from tests.messaging.threads import at_once, in_thread

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]


def queue(number: int) -> OutboundMessage:
    return queue_sms(
        to=f"+9769911{number:04}",
        template="otp",
        context={"code": "493817", "purpose": "login"},
        purpose="otp.login",
        idempotency_key=f"race-{number}",
    )


@pytest.fixture(autouse=True)
def with_a_worker(settings: Settings, clean_gateway: None) -> None:
    """Nothing is sent on commit: the workers of the test are the only ones."""
    settings.MESSAGING_DELIVERY = "celery"
    settings.SMS_NUMBERS_PER_BLOCK = 100


def test_of_many_workers_at_one_message_one_sends_it() -> None:
    message = in_thread(partial(queue, 1))
    results = at_once([partial(deliver, message.id)] * 8)
    assert sorted(results) == [False] * 7 + [True]
    assert len(memory.delivered) == 1


def test_relays_side_by_side_send_everything_once() -> None:
    def queue_all() -> None:
        for number in range(20):
            queue(number)

    in_thread(queue_all)
    at_once([relay] * 4)
    in_thread(relay)  # what two relays reached for at the same moment may have been left to the next run
    keys = sorted(sms.idempotency_key for sms in memory.delivered)
    assert keys == sorted(f"race-{number}" for number in range(20))


def test_one_idempotency_key_queued_at_once_is_one_message() -> None:
    messages = at_once([partial(queue, 5)] * 8)
    assert len({message.id for message in messages}) == 1
    assert in_thread(OutboundMessage.objects.count) == 1

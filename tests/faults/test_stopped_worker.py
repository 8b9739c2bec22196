"""A worker that stands still is taken over, and changes nothing when it goes on; what nobody can send stops nobody."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from messaging_app.delivery import relay
from messaging_app.models import OutboundMessage
from messaging_app.services import queue_sms
from tests.faults.fake_gateway import KEY_HEADER, FakeGateway, Handler, Sms
from tests.faults.workers import PATIENCE, environment, process, wait_until
from tests.messaging.threads import in_thread, shared_database

__all__ = ["shared_database"]

pytestmark = [pytest.mark.services, pytest.mark.race, pytest.mark.usefixtures("shared_database")]

CODE = "493817"
Status = OutboundMessage.Status


@pytest.fixture
def vendor(settings: Settings) -> Iterator[FakeGateway]:
    with FakeGateway().running() as gateway:
        settings.SMS_ROUTES, settings.MESSAGING_DELIVERY = "*=vendor", "celery"
        for name, value in gateway.options("VENDOR").items():
            setattr(settings, name, value)
        yield gateway


def queue_code(to: str = "+97699112233") -> OutboundMessage:
    context = {"code": CODE, "purpose": "signup"}
    return queue_sms(to=to, template="otp", context=context, purpose="otp.signup", language="en")


def later(minutes: int) -> int:
    """What another worker sends, so many minutes later."""
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        return in_thread(relay)


@pytest.mark.requirement("R11", "R12")
@pytest.mark.parametrize("knows_keys", [True, False])
def test_a_worker_that_was_stopped_and_goes_on_changes_nothing(
    vendor: FakeGateway, settings: Settings, knows_keys: bool
) -> None:
    """SIGSTOP, as a machine that is moved or swaps: another worker takes the message over after its lease."""
    keys = {"SMS_VENDOR_IDEMPOTENCY_HEADER": KEY_HEADER} if knows_keys else {}
    settings.SMS_VENDOR_IDEMPOTENCY_HEADER = KEY_HEADER if knows_keys else ""
    answer = threading.Event()

    def answers_when_told(handler: Handler, sms: Sms) -> None:
        carried = handler.gateway.carry(sms)
        answer.wait(PATIENCE)
        handler.answer(200, f'{{"result": "accepted", "id": "{carried}"}}')

    vendor.script.append(answers_when_told)
    in_thread(queue_code)
    surroundings = environment(SMS_ROUTES="*=vendor", **vendor.options("VENDOR"), **keys)
    with process("manage.py", "deliver_outbox", surroundings=surroundings) as worker:
        wait_until(lambda: len(vendor.carried) == 1)
        os.kill(worker.pid, signal.SIGSTOP)
        assert later(minutes=3) == int(knows_keys), "sent again only where that is safe"
        taken_over = in_thread(OutboundMessage.objects.values().get)
        assert taken_over["status"] == (Status.SENT if knows_keys else Status.UNKNOWN)
        answer.set()
        os.kill(worker.pid, signal.SIGCONT)
        assert worker.wait(PATIENCE) == 0
    assert in_thread(OutboundMessage.objects.values().get) == taken_over, "the late answer changes nothing"
    assert [sms.code for sms in vendor.carried] == [CODE]
    assert len(vendor.asked) == (2 if knows_keys else 1)


@pytest.mark.requirement("R11", "F62")
def test_what_cannot_be_sent_becomes_a_dead_letter_and_holds_up_nobody(vendor: FakeGateway) -> None:
    numbers = ("+97699112233", "+97699112244", "+97699112255")
    broken, unknown, fine = (in_thread(partial(queue_code, number)) for number in numbers)
    in_thread(lambda: OutboundMessage.objects.filter(id=broken.id).update(payload_sealed="not sealed by us"))
    in_thread(lambda: OutboundMessage.objects.filter(id=unknown.id).update(template="no_such_template"))
    surroundings = environment(SMS_ROUTES="*=vendor", **vendor.options("VENDOR"))
    for _turn in range(2):
        with process("manage.py", "deliver_outbox", surroundings=surroundings) as worker:
            assert worker.wait(PATIENCE) == 0
    states = in_thread(lambda: dict(OutboundMessage.objects.values_list("id", "status")))
    assert states == {broken.id: Status.FAILED, unknown.id: Status.FAILED, fine.id: Status.SENT}
    attempts = in_thread(lambda: set(OutboundMessage.objects.values_list("attempts", flat=True)))
    assert attempts == {1}, "not tried again by itself"
    assert [sms.to for sms in vendor.carried] == ["+97699112255"]

"""Never doubled, never late: what becomes of a message when a gateway or a worker says nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from messaging_app.claims import claim, hand_over
from messaging_app.conf import conf
from messaging_app.delivery import deliver, relay
from messaging_app.gateways import memory, transport
from messaging_app.models import OutboundMessage
from messaging_app.retrying import retry
from tests.messaging.vendor import Vendor, vendor_on_loopback

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F24", "R14", "R15")]

Queue = Callable[..., OutboundMessage]
Status = OutboundMessage.Status


@pytest.fixture
def vendor(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.1)
    settings.MESSAGING_DELIVERY = "celery"
    settings.SMS_ROUTES = "*=http,memory"
    with vendor_on_loopback() as vendor:
        settings.SMS_HTTP_URL = vendor.url
        settings.SMS_HTTP_ID_MATCH = r"\d+"
        yield vendor


def later(message: OutboundMessage, seconds: float = 0) -> time_machine.travel:
    message.refresh_from_db()
    return time_machine.travel(message.next_attempt_at + timedelta(seconds=seconds + 1), tick=False)


def after_the_claim() -> time_machine.travel:
    return time_machine.travel(
        timezone.now() + timedelta(seconds=conf.MESSAGING_CLAIM_SECONDS + 1), tick=False
    )


def test_the_vendors_id_and_the_cost_are_kept(vendor: Vendor, queue_code: Queue, settings: Settings) -> None:
    settings.SMS_PRICES, settings.SMS_CURRENCY = "http.MN=0.05;MN=0.02;*=0.08", "EUR"
    vendor.usual = (200, "id 71")
    message = queue_code(language="mn")
    assert relay() == 1
    message.refresh_from_db()
    assert (message.route, message.provider_id, message.country) == ("http", "71", "MN")
    assert (message.parts, message.cost, message.currency) == (2, Decimal("0.10"), "EUR")


@pytest.mark.parametrize("answer", [(429, ""), (503, "<html>"), (500, "")])
def test_the_same_code_goes_to_the_next_route_when_the_first_took_nothing(
    vendor: Vendor, queue_code: Queue, answer: tuple[int, str]
) -> None:
    vendor.usual = answer
    message = queue_code()
    assert relay() == 1
    assert [sms.text in vendor.asked[0].body or "493817" in sms.text for sms in memory.delivered] == [True]
    message.refresh_from_db()
    assert (message.status, message.route, message.attempts) == (Status.SENT, "memory", 1)


def test_when_a_vendor_hangs_after_reading_nobody_sends_it_again(vendor: Vendor, queue_code: Queue) -> None:
    vendor.answers.append(None)
    message = queue_code()
    assert relay() == 0
    message.refresh_from_db()
    assert (message.status, message.route, message.payload_sealed) == (Status.UNKNOWN, "http", "")
    assert message.last_error == "OutcomeUnknown: http: ReadTimeout"
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert relay() == 0
    assert retry(ids=[message.id], operator_id=None, caller=None) == 0
    assert (len(vendor.asked), len(memory.delivered)) == (1, 0)


def test_a_vendor_that_knows_the_key_is_asked_again_and_no_other(
    vendor: Vendor, queue_code: Queue, settings: Settings
) -> None:
    settings.SMS_HTTP_IDEMPOTENCY_HEADER = "Idempotency-Key"
    vendor.answers.extend([None, (503, ""), (200, "8")])
    message = queue_code(idempotency_key="code-7")
    assert relay() == 0
    with later(message):
        assert relay() == 0, "away now, but it may have the message: the next route must not get it"
    message.refresh_from_db()
    assert (message.status, message.handed_to) == (Status.QUEUED, "http")
    with later(message):
        assert relay() == 1
    assert [asked.headers["idempotency-key"] for asked in vendor.asked] == ["code-7"] * 3
    assert not memory.delivered


@pytest.mark.requirement("R11")
def test_a_worker_that_dies_before_the_gateway_was_called_loses_nothing(
    vendor: Vendor, queue_code: Queue
) -> None:
    message = queue_code()
    assert claim(message.id) is not None
    with after_the_claim():
        assert relay() == 1
    assert len(vendor.asked) == 1


@pytest.mark.requirement("R11")
def test_a_worker_that_dies_while_the_gateway_is_called_doubles_nothing(
    vendor: Vendor, queue_code: Queue
) -> None:
    message = queue_code()
    claimed = claim(message.id)
    assert claimed is not None
    assert hand_over(claimed, "http")
    with after_the_claim():
        assert relay() == 0
    message.refresh_from_db()
    assert message.status == Status.UNKNOWN
    assert message.last_error == "OutcomeUnknown: http: the worker died while sending"
    assert not vendor.asked
    assert not memory.delivered


@pytest.mark.requirement("R11")
def test_a_worker_that_dies_is_made_up_for_where_the_vendor_knows_the_key(
    vendor: Vendor, queue_code: Queue, settings: Settings
) -> None:
    settings.SMS_HTTP_IDEMPOTENCY_FIELD = "ref"
    message = queue_code()
    claimed = claim(message.id)
    assert claimed is not None
    assert hand_over(claimed, "http")
    with after_the_claim():
        assert relay() == 1
    assert len(vendor.asked) == 1


def test_a_worker_that_lost_its_claim_calls_nobody(queue_code: Queue, vendor: Vendor) -> None:
    message = queue_code()
    slow = claim(message.id)
    assert slow is not None
    with after_the_claim():
        assert claim(message.id) is not None
        assert hand_over(slow, "http") is False


def test_a_route_that_was_away_is_not_made_up_for_by_a_late_one(
    vendor: Vendor, queue_code: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first route takes its time to fail; when it has, the code is too old."""
    message = queue_code(expires_at=timezone.now() + timedelta(seconds=90))
    claimed = claim(message.id)
    assert claimed is not None
    with time_machine.travel(timezone.now() + timedelta(seconds=91), tick=False):
        assert hand_over(claimed, "memory") is False
        assert deliver(message.id) is False
    assert not memory.delivered


def test_a_route_that_is_gone_from_the_settings_is_not_asked_again(vendor: Vendor, queue_code: Queue) -> None:
    message = queue_code()
    OutboundMessage.objects.filter(id=message.id).update(handed_to="pigeon")
    assert relay() == 0
    message.refresh_from_db()
    assert message.status == Status.UNKNOWN

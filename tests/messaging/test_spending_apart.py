"""What is counted apart: notices, messages that are never sent, and a developer's own machine."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from core_app.caller import Caller
from limits_app.budgets import used
from messaging_app.afterwards import do_what_waits
from messaging_app.models import OutboundMessage
from messaging_app.spending import SendingRefused
from tests.messaging.conftest import PHONE
from tests.messaging.test_spending import how_many, scattered

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G08")]

Queue = Callable[..., OutboundMessage]
Status = OutboundMessage.Status
DAY = 86_400


@pytest.fixture(autouse=True)
def nothing_waits(db: None) -> Iterator[None]:
    """Alarms of this test are not told in the next one."""
    yield
    do_what_waits()


def spent() -> int:
    return used("sms.budget.day", "all", DAY)


def notices(queue: Queue, phones: list[str]) -> list[str]:
    """Why each was refused; "" for those that go out."""
    return [queue(to=phone, purpose="notice").last_error for phone in phones]


def silent(queue: Queue, **changes: object) -> OutboundMessage:
    now = timezone.now()
    return queue(**{"purpose": "otp.login.silent", "expires_at": now, "is_silent": True, **changes})


def test_notices_take_no_codes_place(queue_code: Queue) -> None:
    notices(queue_code, [PHONE] * 5)
    assert how_many(queue_code, [PHONE] * 4) == 3


def test_codes_take_no_notices_place(queue_code: Queue) -> None:
    how_many(queue_code, [PHONE] * 4)
    assert notices(queue_code, [PHONE] * 6) == [""] * 5 + ["sms.notice.phone"]


def test_a_number_gets_notices_again_the_next_day(queue_code: Queue) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        notices(queue_code, [PHONE] * 6)
        clock.shift(timedelta(days=1, seconds=1))
        assert notices(queue_code, [PHONE]) == [""]


def test_notices_cannot_use_up_the_money_of_codes(queue_code: Queue, settings: Settings) -> None:
    settings.SMS_PRICES = "*=1"
    settings.SMS_BUDGET_NOTICES_DAY = Decimal(3)
    settings.OPERATOR_EMAILS = ["operator@example.com"]
    assert notices(queue_code, scattered(5)) == ["", "", "", "sms.budget.notices", "sms.budget.notices"]
    assert spent() == 3_000_000, "they are paid for from the same purse"
    assert queue_code(to=PHONE).status == Status.QUEUED
    assert not OutboundMessage.objects.filter(purpose="operator.alarm").exists()


@pytest.mark.requirement("G11")
def test_a_message_to_a_number_that_nobody_has_costs_nothing(queue_code: Queue) -> None:
    silent(queue_code)
    assert spent() == 0
    queue_code(to=scattered(1)[0])
    assert spent() > 0


@pytest.mark.requirement("G11")
def test_it_is_counted_and_refused_as_if_it_were_sent(queue_code: Queue, settings: Settings) -> None:
    for _code in range(3):
        silent(queue_code)
    with pytest.raises(SendingRefused) as refused:
        silent(queue_code)
    assert refused.value.limit_name == "sms.phone"
    settings.SMS_PRICES = "*=1"
    settings.SMS_BUDGET_HOUR = Decimal(1)
    known, other = scattered(2)
    queue_code(to=known)
    with pytest.raises(SendingRefused) as unknown_refused:
        silent(queue_code, to=other)
    with pytest.raises(SendingRefused) as known_refused:
        queue_code(to=other)
    assert unknown_refused.value.limit_name == known_refused.value.limit_name == "sms.budget.hour"
    assert str(unknown_refused.value.message) == str(known_refused.value.message)


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_a_developer_may_try_many_numbers_on_this_machine(
    queue_code: Queue, settings: Settings, ip: str
) -> None:
    settings.DEBUG = True
    assert how_many(queue_code, scattered(12), caller=Caller(ip=ip)) == 12
    assert how_many(queue_code, scattered(12), caller=Caller(ip="192.0.2.1")) == 5


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_in_production_this_machine_is_an_address_as_any_other(queue_code: Queue, ip: str) -> None:
    assert how_many(queue_code, scattered(12), caller=Caller(ip=ip)) == 5

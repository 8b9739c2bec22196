"""What SMS may cost: who gets one, how often, for how much; counted before anything is sent."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from core_app.caller import Caller
from core_app.events import Event
from limits_app.blocks import block, is_blocked
from limits_app.models import Block, Spending
from messaging_app.afterwards import do_what_waits
from messaging_app.delivery import relay
from messaging_app.models import OutboundMessage
from messaging_app.numbers import CountryRefused
from messaging_app.services import queue_sms
from messaging_app.signals import budget_exhausted
from messaging_app.spending import SendingRefused
from tests.messaging.conftest import PHONE
from tests.messaging.threads import at_once, in_thread

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G08")]

Queue = Callable[..., OutboundMessage]
Status = OutboundMessage.Status
START = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)


def caller(ip: str = "192.0.2.1") -> Caller:
    return Caller(ip=ip)


def how_many(queue: Queue, phones: list[str], **changes: object) -> int:
    """How many of these get a code before the first refusal."""
    for number, phone in enumerate(phones):
        try:
            queue(to=phone, **changes)
        except SendingRefused:
            return number
    return len(phones)


def scattered(count: int) -> list[str]:
    """Numbers of different blocks."""
    return [f"+9769911{number}001" if number < 10 else f"+976880{number}001" for number in range(count)]


@pytest.mark.parametrize(("minutes", "allowed"), [(0, 3), (11, 5), (61, 10)])
def test_one_number_gets_so_many_codes(queue_code: Queue, minutes: int, allowed: int) -> None:
    """3 in ten minutes, 5 in an hour, 10 in a day, from however many addresses."""
    with time_machine.travel(START, tick=False) as clock:
        for number in range(allowed):
            queue_code(caller=caller(f"192.0.2.{number + 1}"))
            clock.shift(timedelta(minutes=minutes))
        with pytest.raises(SendingRefused) as caught:
            queue_code(caller=caller("192.0.2.99"))
    assert caught.value.status == 429
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 86_400


def test_a_limit_lets_go_after_its_time(queue_code: Queue) -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert how_many(queue_code, [PHONE] * 4) == 3
        clock.shift(timedelta(minutes=10, seconds=1))
        assert how_many(queue_code, [PHONE] * 4) == 2, "two more fill the hour"


def test_one_address_gets_so_many_codes_and_numbers(queue_code: Queue, settings: Settings) -> None:
    assert how_many(queue_code, scattered(9), caller=caller()) == 5
    settings.SMS_PHONES_PER_IP_HOUR = settings.SMS_PHONES_PER_IP_DAY = 1000
    assert how_many(queue_code, scattered(9), caller=caller()) == 5, "five were counted before"
    assert how_many(queue_code, scattered(9), caller=caller("192.0.2.2")) == 9, "another address is another"


def test_addresses_of_one_ipv6_network_are_one(queue_code: Queue) -> None:
    got = [
        how_many(queue_code, [phone], caller=caller(f"2001:db8::{number + 1}"))
        for number, phone in enumerate(scattered(8))
    ]
    assert sum(got) == 5


def test_codes_of_all_purposes_count_together(queue_code: Queue) -> None:
    for purpose in ("otp.signup", "otp.login", "otp.reset"):
        queue_code(purpose=purpose)
    with pytest.raises(SendingRefused):
        queue_code(purpose="otp.phone_change")


def test_nothing_is_written_and_nothing_is_counted_when_it_is_refused(queue_code: Queue) -> None:
    how_many(queue_code, [PHONE] * 4)
    before = list(Spending.objects.order_by("pk").values_list("name", "entries"))
    with pytest.raises(SendingRefused):
        queue_code(caller=caller())
    assert OutboundMessage.objects.count() == 3
    assert list(Spending.objects.order_by("pk").values_list("name", "entries")) == before


def test_the_counters_are_not_in_the_cache(queue_code: Queue) -> None:
    how_many(queue_code, [PHONE] * 3)
    cache.clear()
    with pytest.raises(SendingRefused):
        queue_code()


def test_a_second_call_with_the_same_key_costs_nothing(queue_code: Queue) -> None:
    ids = {queue_code(idempotency_key="once").id for _ in range(10)}
    assert len(ids) == 1
    assert how_many(queue_code, [PHONE] * 4) == 2


def test_neighbouring_numbers_hold_their_block_for_a_day(queue_code: Queue, settings: Settings) -> None:
    settings.OPERATOR_EMAILS = ["ops@example.com"]
    neighbours = [f"+97699112{number:03}" for number in range(1, 9)]
    with time_machine.travel(START, tick=False) as clock:
        assert how_many(queue_code, neighbours) == 5
        do_what_waits()
        assert is_blocked(Block.Kind.NUMBER_BLOCK, "+97699112")
        clock.shift(timedelta(hours=23))
        assert how_many(queue_code, neighbours) == 0
        assert how_many(queue_code, ["+97688112233"]) == 1, "other blocks are free"
        do_what_waits()
        clock.shift(timedelta(hours=1, seconds=1))
        assert how_many(queue_code, neighbours[:1]) == 1
    (letter,) = OutboundMessage.objects.filter(purpose="operator.alarm")
    assert letter.template == "sms_numbers_held"


def test_a_hold_survives_the_transaction_that_was_rolled_back(queue_code: Queue, client: Client) -> None:
    neighbours = [f"+97699112{number:03}" for number in range(1, 7)]

    @transaction.atomic
    def request() -> None:
        for phone in neighbours:
            queue_code(to=phone)

    with pytest.raises(SendingRefused):
        request()
    assert not is_blocked(Block.Kind.NUMBER_BLOCK, "+97699112")
    client.get("/health/live")  # the end of any request
    assert is_blocked(Block.Kind.NUMBER_BLOCK, "+97699112")


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    events: list[Event] = []

    def listen(sender: object, event: Event, **kwargs: object) -> None:
        events.append(event)

    budget_exhausted.connect(listen, weak=False)
    yield events
    budget_exhausted.disconnect(listen)


def test_money_is_a_hard_stop_and_operators_hear_of_it_once(
    queue_code: Queue, settings: Settings, heard: list[Event]
) -> None:
    settings.SMS_PRICES, settings.SMS_BUDGET_HOUR = "*=0.10", Decimal("0.40")
    settings.OPERATOR_EMAILS = ["ops@example.com", "boss@example.com"]
    settings.MESSAGING_DELIVERY = "celery"
    with time_machine.travel(START, tick=False) as clock:
        assert how_many(queue_code, scattered(9)) == 4
        for phone in scattered(3):
            assert how_many(queue_code, [phone]) == 0
        do_what_waits()
        do_what_waits()
        assert [(event.subject, event.outcome) for event in heard] == [("sms.budget.hour", "refused")]
        assert relay() == 6
        assert sorted(letter.to[0] for letter in mail.outbox) == ["boss@example.com", "ops@example.com"]
        assert "0.40 USD" in mail.outbox[0].body
        clock.shift(timedelta(hours=1, seconds=1))
        assert how_many(queue_code, scattered(9)) == 4
        do_what_waits()
    assert len(heard) == 2


def test_a_day_has_a_budget_of_its_own_and_long_texts_cost_their_parts(
    queue_code: Queue, settings: Settings
) -> None:
    settings.SMS_PRICES, settings.SMS_BUDGET_DAY = "*=0.10", Decimal("0.70")
    with time_machine.travel(START, tick=False) as clock:
        assert how_many(queue_code, scattered(9), language="mn") == 3, "two parts each"
        clock.shift(timedelta(hours=2))
        assert how_many(queue_code, scattered(9), language="en") == 1


def test_a_notice_that_is_refused_fails_nothing_and_says_so(queue_code: Queue) -> None:
    for _notice in range(5):
        assert queue_code(purpose="notice.phone_changed").status == Status.QUEUED
    notice = queue_code(purpose="notice.phone_changed")
    assert (notice.status, notice.last_error) == (Status.REFUSED, "sms.notice.phone")
    assert notice.payload_sealed == ""
    abroad = queue_code(purpose="notice", to="+881612345678")
    assert (abroad.status, abroad.last_error) == (Status.REFUSED, "country_refused")
    assert relay() == 5


def test_record_only_sends_and_notes_but_money_still_stops(queue_code: Queue, settings: Settings) -> None:
    settings.SMS_LIMITS_RECORD_ONLY = True
    messages = [queue_code(caller=caller()) for _ in range(5)]
    assert [message.last_error for message in messages] == ["", "", "", "over sms.phone", "over sms.phone"]
    assert {message.status for message in messages} == {Status.QUEUED}
    settings.SMS_BUDGET_HOUR = Decimal("0.50")
    with pytest.raises(SendingRefused):
        queue_code()
    settings.SMS_COUNTRIES = ["IE"]
    with pytest.raises(CountryRefused):
        queue_code()


@pytest.mark.parametrize(
    ("kind", "key"),
    [("phone", PHONE), ("ip", "192.0.2.1"), ("number_block", "+97699112"), ("country", "MN")],
)
def test_what_an_operator_has_blocked_gets_nothing(queue_code: Queue, kind: str, key: str) -> None:
    block(kind=kind, key=key)
    with pytest.raises(SendingRefused) as caught:
        queue_code(caller=caller())
    assert caught.value.limit_name == f"blocked {kind}"
    assert PHONE not in str(caught.value) + caught.value.detail


@pytest.mark.race
@pytest.mark.usefixtures("shared_database")
@pytest.mark.parametrize("parallel", [20, 50])
def test_of_many_at_once_no_more_pass_than_the_limit(settings: Settings, parallel: int) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    settings.SMS_PRICES, settings.SMS_BUDGET_HOUR = "*=0.10", Decimal("0.70")
    settings.SMS_NUMBERS_PER_BLOCK = 1000

    def queue(number: int) -> bool:
        try:
            queue_sms(
                to=f"+9769911{number:04}",
                template="otp",
                context={"code": "493817", "purpose": "login"},
                purpose="otp.login",
                language="en",
            )
        except SendingRefused:
            return False
        return True

    results = at_once([partial(queue, number) for number in range(1000, 1000 + parallel)])
    assert sum(results) == 7
    assert in_thread(OutboundMessage.objects.count) == 7


@pytest.mark.requirement("G12")
def test_the_log_of_a_refusal_names_nobody(queue_code: Queue, caplog: pytest.LogCaptureFixture) -> None:
    how_many(queue_code, [PHONE] * 5, caller=caller())
    assert "sms.phone" in caplog.text
    assert not re.search(r"99112233|192\.0\.2", caplog.text)

"""5,000 requests for SMS to 500 numbers, from many sides at once: what is sent never costs more than the budget."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from pytest_django import Settings

from core_app.caller import Caller
from limits_app.budgets import used
from messaging_app.afterwards import do_what_waits
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from messaging_app.services import queue_sms
from messaging_app.spending import UNITS, SendingRefused
from obligations_app.models import OAuthTokenLog
from tests.messaging.threads import at_once, in_thread, shared_database

__all__ = ["shared_database"]

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]

NUMBERS = 500
REQUESTS = 5_000
THREADS = 4
AFFORDABLE = 120
PRICE = Decimal("0.07")
BUDGET_HOUR = "sms.budget.hour"


@pytest.fixture(autouse=True)
def a_small_budget(settings: Settings) -> None:
    memory.clear()
    settings.MESSAGING_DELIVERY = "inline"
    settings.SMS_ROUTES = "*=memory"
    settings.SMS_PRICES = f"*={PRICE}"
    settings.SMS_BUDGET_HOUR = PRICE * AFFORDABLE + Decimal("0.01")
    settings.SMS_BUDGET_DAY = Decimal(1000)
    settings.OPERATOR_EMAILS = ["ops@example.com"]


def number(index: int) -> str:
    """500 numbers of 250 blocks."""
    return f"+97688{index // 2:03}{index % 2:03}"


def ask(index: int) -> str:
    """One request from one of a thousand addresses; "sent" or the name of the limit that refused it."""
    try:
        queue_sms(
            to=number(index % NUMBERS),
            template="otp",
            context={"code": "493817", "purpose": "signup"},
            purpose="otp.signup",
            language="en",
            caller=Caller(ip=f"198.18.{index % 1000 // 250}.{index % 250}"),
        )
    except SendingRefused as refusal:
        return refusal.limit_name
    finally:
        do_what_waits()  # as at the end of a request
    return "sent"


def ask_many(begin: int) -> Counter[str]:
    return Counter(ask(index) for index in range(begin, REQUESTS, THREADS))


@pytest.mark.requirement("G08", "G09")
def test_five_thousand_requests_for_five_hundred_numbers_stay_within_the_budget() -> None:
    works: list[Callable[[], Counter[str]]] = [partial(ask_many, begin) for begin in range(THREADS)]
    outcomes = sum(at_once(works), Counter[str]())
    assert sum(outcomes.values()) == REQUESTS
    assert outcomes["sent"] == AFFORDABLE
    assert outcomes[BUDGET_HOUR] > 0
    assert len(memory.delivered) == AFFORDABLE
    assert in_thread(OutboundMessage.objects.filter(channel="sms").count) == AFFORDABLE
    spent = Decimal(in_thread(partial(used, BUDGET_HOUR, "all", 3600))) / UNITS
    assert spent == PRICE * AFFORDABLE
    assert max(Counter(sms.to for sms in memory.delivered).values()) <= 3, "no number more than its own share"
    alarms = OAuthTokenLog.objects.filter(event="sms.budget_exhausted")
    assert in_thread(alarms.count) == 1, "operators are told once"
    assert in_thread(OutboundMessage.objects.filter(channel="email").count) == 1

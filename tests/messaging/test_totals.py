"""What operators see of sending and spending, and what they can stop."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts_app.models import User
from limits_app.blocks import is_blocked
from messaging_app import breaker
from messaging_app.delivery import relay
from messaging_app.models import OutboundMessage
from messaging_app.spending import SendingRefused
from tests.messaging.conftest import PHONE
from tests.operators import sign_in_as, sign_in_operator

pytestmark = pytest.mark.django_db

Queue = Callable[..., OutboundMessage]
TOTALS = "/admin/messaging_app/outboundmessage/totals/"


@pytest.fixture
def operator(client: Client) -> Client:
    return sign_in_operator(client)


@pytest.fixture
def watcher(client: Client) -> Client:
    """An operator who may look at messages and nothing else."""
    user = User.objects.create(phone="+97688112244", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_outboundmessage"))
    sign_in_as(client, user)
    return client


@pytest.mark.requirement("F24")
@pytest.mark.usefixtures("standing_still")
def test_totals_are_by_day_route_and_country(operator: Client, queue_code: Queue, settings: Settings) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    settings.SMS_PRICES, settings.SMS_CURRENCY = "MN=0.02;*=0.08", "EUR"
    queue_code(language="mn")
    queue_code()
    queue_code(to="+353871234567")
    relay()
    OutboundMessage.objects.filter(country="IE").update(receipt_status="delivered")
    queue_code(purpose="notice", to="+881612345678")
    page = operator.get(TOTALS)
    rows = {
        (row["route"], row["country"]): (
            row["written"], row["sent"], row["arrived"], row["refused"], row["parts"], row["cost"],
        )
        for row in page.context["rows"]
    }  # fmt: skip
    assert rows == {
        ("memory", "IE"): (1, 1, 1, 0, 1, Decimal("0.08")),
        ("memory", "MN"): (2, 2, 0, 0, 3, Decimal("0.06")),
        ("", "001"): (1, 0, 0, 1, 0, None),
    }
    html = page.content.decode()
    assert "0.14 EUR" in html
    assert PHONE not in html


def test_the_page_is_linked_and_shows_which_route_is_left_alone(operator: Client, queue_code: Queue) -> None:
    for _ in range(5):
        breaker.record("memory", failed=True)
    assert TOTALS in operator.get(reverse("admin:messaging_app_outboundmessage_changelist")).content.decode()
    html = operator.get(TOTALS, {"days": "30"}).content.decode()
    assert "left alone for a while" in html
    assert "No SMS in this time." in html
    assert operator.get(TOTALS, {"days": "²; DROP"}).status_code == 200


def test_an_operator_blocks_a_number_without_seeing_it(operator: Client, queue_code: Queue) -> None:
    message = queue_code()
    page = reverse("admin:messaging_app_outboundmessage_change", args=[message.id])
    button = reverse("admin:messaging_app_outboundmessage_block", args=[message.id])
    assert "Block this number" in operator.get(page).content.decode()
    answer = operator.post(button, {"action": "block"}, follow=True)
    assert "Let this number have SMS again" in answer.content.decode()
    assert PHONE not in answer.content.decode()
    assert is_blocked("phone", PHONE)
    with pytest.raises(SendingRefused):
        queue_code()
    operator.post(button, {"action": "unblock"})
    assert not is_blocked("phone", PHONE)
    queue_code()


def test_blocking_needs_its_permission_and_a_post(watcher: Client, queue_code: Queue) -> None:
    message = queue_code()
    button = reverse("admin:messaging_app_outboundmessage_block", args=[message.id])
    page = watcher.get(reverse("admin:messaging_app_outboundmessage_change", args=[message.id]))
    assert page.status_code == 200
    assert "Block this number" not in page.content.decode()
    assert watcher.post(button, {"action": "block"}).status_code == 403
    assert watcher.get(button).status_code in {403, 405}
    assert not is_blocked("phone", PHONE)
    assert watcher.get(TOTALS).status_code == 200


def test_totals_are_for_operators_who_may_see_messages(client: Client) -> None:
    user = User.objects.create(phone="+97688112255", is_staff=True)
    sign_in_as(client, user)
    assert client.get(TOTALS).status_code == 403


def test_a_number_sealed_under_a_lost_key_cannot_be_blocked(operator: Client, queue_code: Queue) -> None:
    message = queue_code()
    OutboundMessage.objects.filter(id=message.id).update(recipient_sealed="0000.AAAA")
    page = operator.get(reverse("admin:messaging_app_outboundmessage_change", args=[message.id]))
    assert "Block this number" not in page.content.decode()
    button = reverse("admin:messaging_app_outboundmessage_block", args=[message.id])
    assert "cannot be opened" in operator.post(button, {"action": "block"}, follow=True).content.decode()

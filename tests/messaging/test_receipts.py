"""Receipts: proven, harmless when they come again, and able to change nothing but themselves."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.forms.models import model_to_dict
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from messaging_app.models import OutboundMessage

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F24")]

PATH = "/sms/receipts/http/"
SECRET = {"X-Secret": "s3cret"}


@pytest.fixture(autouse=True)
def http_route(settings: Settings) -> None:
    settings.SMS_ROUTES = "*=http,memory"
    settings.SMS_HTTP_URL = "http://127.0.0.1:1/"
    settings.SMS_HTTP_RECEIPT_SECRET = "s3cret"
    settings.SMS_HTTP_RECEIPT_SECRET_HEADER = "X-Secret"


@pytest.fixture
def sent(queue_code: Callable[..., OutboundMessage]) -> OutboundMessage:
    message = queue_code()
    OutboundMessage.objects.filter(id=message.id).update(
        status="sent", route="http", provider_id="71", payload_sealed=""
    )
    message.refresh_from_db()
    return message


def receipt_of(message: OutboundMessage) -> str:
    message.refresh_from_db()
    return message.receipt_status


def post(client: Client, status: str, *, provider_id: str = "71") -> int:
    return client.post(PATH, {"id": provider_id, "status": status}, headers=SECRET).status_code


def test_a_receipt_changes_its_own_fields_and_no_others(client: Client, sent: OutboundMessage) -> None:
    before = model_to_dict(sent)
    assert post(client, "DELIVRD") == 204
    assert receipt_of(sent) == "delivered"
    after = model_to_dict(sent)
    assert {name for name in after if after[name] != before[name]} == {"receipt_status", "receipt_at"}


def test_a_receipt_that_comes_again_or_late_takes_nothing_back(client: Client, sent: OutboundMessage) -> None:
    for word, kept in [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("failed", "delivered"),
        ("sent", "delivered"),
    ]:
        assert post(client, word) == 204
        assert receipt_of(sent) == kept
    told_at = sent.receipt_at
    assert post(client, "delivered") == 204
    sent.refresh_from_db()
    assert sent.receipt_at == told_at


@pytest.mark.parametrize(
    "headers", [{}, {"X-Secret": ""}, {"X-Secret": "wrong"}, {"X-Secret": "s3cret\u00e9"}]
)
def test_without_the_secret_nothing_is_taken(
    client: Client, sent: OutboundMessage, headers: dict[str, str]
) -> None:
    assert (
        client.post(f"{PATH}?secret=s3cret", {"id": "71", "status": "failed"}, headers=headers).status_code
        == 403
    )
    assert receipt_of(sent) == ""


def test_a_route_without_a_secret_takes_no_receipts(
    client: Client, sent: OutboundMessage, settings: Settings
) -> None:
    settings.SMS_HTTP_RECEIPT_SECRET = ""
    assert client.post(PATH, {"id": "71", "status": "failed"}, headers={"X-Secret": ""}).status_code == 403
    assert receipt_of(sent) == ""


def test_the_secret_may_stand_in_the_address_and_the_words_in_json(
    client: Client, sent: OutboundMessage, settings: Settings
) -> None:
    settings.SMS_HTTP_RECEIPT_SECRET_HEADER = ""
    settings.SMS_HTTP_RECEIPT_SECRET_QUERY = "token"
    settings.SMS_HTTP_RECEIPT_ID, settings.SMS_HTTP_RECEIPT_STATUS = "results.0.id", "results.0.state"
    settings.SMS_HTTP_RECEIPT_FAILED = "lost"
    body = json.dumps({"results": [{"id": 71, "state": "LOST"}]})
    answer = client.post(f"{PATH}?token=s3cret", body, content_type="application/json")
    assert answer.status_code == 204
    assert receipt_of(sent) == "failed"


def test_a_receipt_may_be_a_get(client: Client, sent: OutboundMessage) -> None:
    assert client.get(PATH, {"id": "71", "status": "delivered"}, headers=SECRET).status_code == 204
    assert receipt_of(sent) == "delivered"


def test_words_and_messages_nobody_knows_change_nothing(client: Client, sent: OutboundMessage) -> None:
    assert post(client, "dancing") == 204
    assert post(client, "delivered", provider_id="72") == 204
    assert post(client, "delivered", provider_id="") == 403
    assert receipt_of(sent) == ""


def test_an_old_message_keeps_what_it_has(client: Client, sent: OutboundMessage) -> None:
    old = timezone.now() - timedelta(days=8)
    OutboundMessage.objects.filter(id=sent.id).update(created_at=old)
    assert post(client, "delivered") == 204
    assert receipt_of(sent) == ""


@pytest.mark.parametrize("route", ["memory", "twilio", "moni", "nothing"])
def test_there_are_no_receipts_for_routes_not_in_use_or_without_any(client: Client, route: str) -> None:
    assert client.post(f"/sms/receipts/{route}/", headers=SECRET).status_code == 404


def test_a_receipt_of_one_route_does_not_reach_a_message_of_another(
    client: Client, sent: OutboundMessage
) -> None:
    OutboundMessage.objects.filter(id=sent.id).update(route="moni")
    assert post(client, "failed") == 204
    assert receipt_of(sent) == ""

"""Twilio: its Messaging API over plain HTTP, and its signed callbacks."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from messaging_app.gateways import gateway
from messaging_app.gateways.base import GatewayRefused, GatewayUnavailable, Sent
from messaging_app.gateways.twilio import TwilioGateway, TwilioOptions
from messaging_app.models import OutboundMessage
from tests.messaging.conftest import PHONE
from tests.messaging.vendor import Vendor, vendor_on_loopback

ACCOUNT = "ACtest"
PATH = "/sms/receipts/twilio/"


@pytest.fixture
def vendor(settings: Settings) -> Iterator[Vendor]:
    with vendor_on_loopback() as vendor:
        settings.SMS_ROUTES = "*=twilio"
        settings.SMS_TWILIO_URL = vendor.url
        settings.SMS_TWILIO_ACCOUNT_SID = ACCOUNT
        settings.SMS_TWILIO_AUTH_TOKEN = "12345"
        settings.SMS_TWILIO_FROM = "+15550001111"
        vendor.usual = (201, json.dumps({"sid": "SM1", "num_segments": "2", "status": "queued"}))
        yield vendor


def send() -> Sent:
    return gateway("twilio").send(to=PHONE, text="493817", idempotency_key="key-1")


@pytest.mark.requirement("F24")
def test_a_message_is_a_form_for_the_account(vendor: Vendor) -> None:
    assert send() == Sent(provider_id="SM1", parts=2)
    (asked,) = vendor.asked
    assert asked.path == "/2010-04-01/Accounts/ACtest/Messages.json"
    assert asked.headers["authorization"] == "Basic QUN0ZXN0OjEyMzQ1"
    wanted = {"To": [PHONE], "From": ["+15550001111"], "Body": ["493817"]}
    assert parse_qs(asked.body) == wanted, "no callback to an address without https"


def test_a_messaging_service_goes_before_the_sender_and_receipts_come_to_the_issuer(
    vendor: Vendor, settings: Settings
) -> None:
    settings.SMS_TWILIO_MESSAGING_SERVICE_SID = "MG1"
    settings.ISSUER_URL = "https://login.example"
    send()
    form = parse_qs(vendor.asked[0].body)
    assert form["MessagingServiceSid"] == ["MG1"]
    assert "From" not in form
    assert form["StatusCallback"] == [f"https://login.example{PATH}"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, '{"code": 21614}'), GatewayRefused),
        ((400, '{"code": 21610}'), GatewayRefused),
        ((400, '{"code": 21408}'), GatewayUnavailable),
        ((401, '{"code": 20003}'), GatewayUnavailable),
        ((429, ""), GatewayUnavailable),
        ((500, "<html>"), GatewayUnavailable),
        ((201, "garbage"), GatewayUnavailable),
    ],
)
def test_only_what_is_wrong_with_the_recipient_is_final(
    vendor: Vendor, answer: tuple[int, str], error: type[Exception]
) -> None:
    vendor.usual = answer
    with pytest.raises(error):
        send()


@pytest.mark.parametrize("missing", ["SMS_TWILIO_ACCOUNT_SID", "SMS_TWILIO_AUTH_TOKEN", "SMS_TWILIO_FROM"])
def test_a_setting_that_is_missing_is_named(vendor: Vendor, settings: Settings, missing: str) -> None:
    setattr(settings, missing, "")
    with pytest.raises(ImproperlyConfigured, match=missing):
        gateway("twilio")


def test_the_signature_is_the_one_of_the_vendors_documentation() -> None:
    """https://www.twilio.com/docs/usage/security: its example, computed by the scheme it describes."""
    options = TwilioOptions(url="", account="AC", token="12345", service="", sender="+1", callback="")
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
        "To": "+18005551212",
    }  # fmt: skip
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert TwilioGateway(options).signature(url, form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.django_db
@pytest.mark.requirement("F24")
def test_a_signed_callback_is_noted_and_a_forged_one_is_not(
    vendor: Vendor, client: Client, queue_code: Callable[..., OutboundMessage]
) -> None:
    message = queue_code()
    OutboundMessage.objects.filter(id=message.id).update(status="sent", route="twilio", provider_id="SM1")
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    way = gateway("twilio")
    assert isinstance(way, TwilioGateway)
    signature = way.signature(f"http://testserver{PATH}", form)
    for wrong in (
        {},
        {"X-Twilio-Signature": "x"},
        {"X-Twilio-Signature": way.signature("http://evil/", form)},
    ):
        assert client.post(PATH, form, headers=wrong).status_code == 403
    changed = {**form, "MessageStatus": "failed"}
    assert client.post(PATH, changed, headers={"X-Twilio-Signature": signature}).status_code == 403
    message.refresh_from_db()
    assert message.receipt_status == ""
    assert client.post(PATH, form, headers={"X-Twilio-Signature": signature}).status_code == 204
    message.refresh_from_db()
    assert message.receipt_status == "delivered"

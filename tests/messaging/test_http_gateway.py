"""The gateway for any vendor: what is sent and how the answer is read are settings."""

import json
import logging
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from messaging_app.gateways import gateway, transport
from messaging_app.gateways.answers import first_group, value_at
from messaging_app.gateways.base import GatewayRefused, GatewayUnavailable, OutcomeUnknown, Sent
from tests.messaging.conftest import PHONE
from tests.messaging.vendor import Vendor, vendor_on_loopback

TEXT = "493817: Таны код"


@pytest.fixture
def vendor(settings: Settings) -> Iterator[Vendor]:
    with vendor_on_loopback() as vendor:
        for route in ("HTTP", "MONI", "MESSAGEPRO", "CHEAP_ONE"):
            setattr(settings, f"SMS_{route}_URL", f"{vendor.url}/send")
        yield vendor


def send(route: str = "http") -> Sent:
    return gateway(route).send(to=PHONE, text=TEXT, idempotency_key="key-1")


def test_without_settings_it_posts_a_form_with_the_whole_number(vendor: Vendor) -> None:
    assert send() == Sent(provider_id="", parts=1)
    (asked,) = vendor.asked
    assert (asked.method, asked.path) == ("POST", "/send")
    assert parse_qs(asked.body) == {"to": [PHONE], "text": [TEXT]}
    assert "key-1" not in str(asked)


@pytest.mark.requirement("F24")
def test_everything_about_the_request_is_a_setting(vendor: Vendor, settings: Settings) -> None:
    settings.SMS_HTTP_METHOD = "put"
    settings.SMS_HTTP_BODY = "json"
    settings.SMS_HTTP_TO_FIELD, settings.SMS_HTTP_TEXT_FIELD = "msisdn", "message"
    settings.SMS_HTTP_NUMBER_FORMAT = "digits"
    settings.SMS_HTTP_PARAMS = '{"flash": 0, "tag": "a;b"}'
    settings.SMS_HTTP_SENDER, settings.SMS_HTTP_SENDER_FIELD = "Login", "from"
    settings.SMS_HTTP_HEADERS = "Authorization=Bearer abc==;X-Own=1"
    settings.SMS_HTTP_IDEMPOTENCY_HEADER = "Idempotency-Key"
    settings.SMS_HTTP_IDEMPOTENCY_FIELD = "ref"
    send()
    (asked,) = vendor.asked
    assert asked.method == "PUT"
    assert json.loads(asked.body) == {
        "flash": 0, "tag": "a;b", "from": "Login", "msisdn": "97699112233", "message": TEXT, "ref": "key-1",
    }  # fmt: skip
    assert asked.headers["authorization"] == "Bearer abc=="
    assert asked.headers["x-own"] == "1"
    assert asked.headers["idempotency-key"] == "key-1"


def test_a_nested_object_is_filled_in(vendor: Vendor, settings: Settings) -> None:
    settings.SMS_HTTP_BODY = "json"
    settings.SMS_HTTP_JSON = '{"messages": [{"to": ["{to}"], "text": "{text}", "n": 1, "id": "{key}"}]}'
    send()
    wanted = {"messages": [{"to": [PHONE], "text": TEXT, "n": 1, "id": "key-1"}]}
    assert json.loads(vendor.asked[0].body) == wanted


def test_a_query_in_the_address_is_kept_and_the_user_is_named(vendor: Vendor, settings: Settings) -> None:
    settings.SMS_HTTP_URL = f"{vendor.url}/send?account=7"
    settings.SMS_HTTP_METHOD, settings.SMS_HTTP_BODY = "GET", "query"
    settings.SMS_HTTP_USER, settings.SMS_HTTP_PASSWORD = "bat", "secret"
    send()
    (asked,) = vendor.asked
    assert parse_qs(urlsplit(asked.path).query) == {"account": ["7"], "to": [PHONE], "text": [TEXT]}
    assert asked.headers["authorization"].startswith("Basic ")


def test_several_routes_are_told_apart_by_name(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_CHEAP_ONE_GATEWAY", "moni")
    monkeypatch.setenv("SMS_CHEAP_ONE_TO_FIELD", "number")
    send("cheap-one")
    assert json.loads(vendor.asked[0].body)["number"] == "99112233"
    with pytest.raises(ImproperlyConfigured, match="SMS_PIGEON_GATEWAY"):
        gateway("pigeon")


@pytest.mark.requirement("F24")
def test_the_preset_of_moni_posts_json_with_the_national_number(vendor: Vendor) -> None:
    send("moni")
    (asked,) = vendor.asked
    wanted = {"utas_dugaar": "99112233", "text": TEXT, "type": "otp", "doctype": "Daily"}
    assert (asked.method, json.loads(asked.body)) == ("POST", wanted)


@pytest.mark.requirement("F24")
def test_the_preset_of_messagepro_asks_with_its_key_in_a_header(vendor: Vendor, settings: Settings) -> None:
    with pytest.raises(ImproperlyConfigured, match="SMS_MESSAGEPRO_SENDER"):
        gateway("messagepro")
    settings.SMS_MESSAGEPRO_SENDER, settings.SMS_MESSAGEPRO_KEY = "72000000", "k-1"
    vendor.usual = (200, '[{"Result": "SUCCESS", "Message ID": 71}]')
    assert send("messagepro").provider_id == "71"
    (asked,) = vendor.asked
    query = parse_qs(urlsplit(asked.path).query)
    assert (asked.method, query) == ("GET", {"from": ["72000000"], "to": ["99112233"], "text": [TEXT]})
    assert asked.headers["x-api-key"] == "k-1"
    vendor.usual = (200, '[{"Result": "FAILED"}]')
    with pytest.raises(GatewayUnavailable):
        send("messagepro")


@pytest.mark.parametrize("status", [302, 401, 402, 403, 404, 429, 500, 503])
def test_an_answer_that_is_no_success_leaves_the_message_to_the_next_route(
    vendor: Vendor, status: int
) -> None:
    vendor.usual = (status, f"no {PHONE}")
    with pytest.raises(GatewayUnavailable) as caught:
        send()
    assert str(caught.value) == f"answered {status}"


def test_garbage_is_no_success_where_a_word_of_success_is_known(vendor: Vendor, settings: Settings) -> None:
    settings.SMS_HTTP_SUCCESS_MATCH = "^queued:"
    settings.SMS_HTTP_ID_MATCH = r"queued: (\d+)"
    vendor.answers.extend([(200, "<html>welcome</html>"), (200, "queued: 12")])
    with pytest.raises(GatewayUnavailable):
        send()
    assert send().provider_id == "12"


def test_what_the_vendor_refuses_for_good_is_not_offered_again(vendor: Vendor, settings: Settings) -> None:
    settings.SMS_HTTP_REFUSED_MATCH = "no such number"
    vendor.answers.extend([(422, ""), (200, "no such number")])
    for _ in range(2):
        with pytest.raises(GatewayRefused):
            send()


def test_a_vendor_that_cannot_be_reached_took_nothing(settings: Settings) -> None:
    settings.SMS_HTTP_URL = "http://127.0.0.1:1/send"
    with pytest.raises(GatewayUnavailable, match="ConnectError"):
        send()


def test_a_vendor_that_hangs_after_reading_may_have_sent_it(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.1)
    settings.SMS_HTTP_TO_FIELD = "number"  # a route of its own: its client is made with the short time-out
    vendor.answers.append(None)
    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        send()


def test_the_time_outs_are_the_ones_promised() -> None:
    timeout = transport.make_client().timeout
    assert timeout == httpx.Timeout(5, connect=2)


def test_an_answer_without_end_is_read_only_so_far(vendor: Vendor) -> None:
    vendor.usual = (200, "x" * 1_000_000)
    assert send().parts == 1


@pytest.mark.requirement("G12")
def test_neither_code_nor_number_nor_key_is_logged(
    vendor: Vendor, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.SMS_MESSAGEPRO_SENDER, settings.SMS_MESSAGEPRO_KEY = "72000000", "k-secret"
    with pytest.raises(GatewayUnavailable) as caught:
        send("messagepro")
    for secret in ("493817", "99112233", "k-secret"):
        assert secret not in caplog.text + str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METHOD", "DELETE"), ("BODY", "xml"), ("NUMBER_FORMAT", "roman"), ("SUCCESS_STATUS", "ok"),
        ("SUCCESS_MATCH", "("), ("PARAMS", "nothing"), ("PARAMS", '{"a": [1]}'), ("PARAMS", "{"), ("JSON", "[]"),
        ("URL", ""),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_read_is_named(
    vendor: Vendor, settings: Settings, name: str, value: str
) -> None:
    setattr(settings, f"SMS_HTTP_{name}", value)
    with pytest.raises(ImproperlyConfigured, match=f"SMS_HTTP_{name}"):
        gateway("http")


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ('[{"Message ID": 7}]', "0.Message ID", "7"),
        ('{"a": {"b": true}}', "a.b", "true"),
        ('{"a": {"b": null}}', "a.b", None),
        ('{"a": [1]}', "a", None),
        ('{"a": [1]}', "a.1", None),
        ('"text"', "a", None),
        ("no json", "a", None),
    ],
)
def test_values_are_found_by_their_path(text: str, path: str, found: str | None) -> None:
    assert value_at(text, path) == found


def test_values_are_found_by_an_expression() -> None:
    assert first_group("id=12;", r"id=(\d+)") == "12"
    assert first_group("id=12;", r"id=\d+") == "id=12"
    assert first_group("none", r"id=(\d+)") is None

"""Routes, parts and what the gateways show."""

import pytest
from django.core.checks import CheckMessage
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from messaging_app.checks import check_settings
from messaging_app.gateways import memory
from messaging_app.gateways.base import GatewayRefused, GatewayUnavailable, OutcomeUnknown
from messaging_app.gateways.console import ConsoleGateway
from messaging_app.parts import count_parts, is_gsm
from messaging_app.recipients import mask_email, mask_phone
from messaging_app.routes import BadRoutes, gateways_for, parse_routes
from messaging_app.sms import send_sms

MONGOLIAN, IRISH = "+97699112233", "+353871234567"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 77, 3),  # an escape sequence is not cut in two: 152, then 76 pairs, then one
        ("Ж" * 70, 1),
        ("Ж" * 71, 2),
        ("Ж" * 134, 2),
        ("Ж" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # a surrogate pair is not cut in two: 33 to a part
    ],
)
def test_parts_are_counted_as_operators_bill_them(text: str, parts: int) -> None:
    assert count_parts(text) == parts


@given(st.text(max_size=400), st.text(max_size=20))
def test_more_text_is_never_fewer_parts(text: str, more: str) -> None:
    assert count_parts(text) <= count_parts(text + more)


@given(st.text(max_size=700))
def test_parts_are_within_what_the_alphabet_allows(text: str) -> None:
    units = len(text.encode("utf-16-le")) // 2
    longest = 1530 if is_gsm(text) else 67 * count_parts(text) if count_parts(text) > 1 else 70
    assert units <= longest
    assert count_parts(text) <= 1 + units // 33


@pytest.mark.requirement("F24")
def test_a_country_goes_its_own_route_and_the_rest_the_general_one() -> None:
    routes = parse_routes(" mn = first , second ; * = console ")
    assert gateways_for(MONGOLIAN, routes) == ("first", "second")
    assert gateways_for(IRISH, routes) == ("console",)
    assert gateways_for(IRISH, parse_routes("MN=first")) == ()


@pytest.mark.parametrize("text", ["console", "MN=", "=console", "MN=a;MN=b", "*=,"])
def test_routes_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadRoutes):
        parse_routes(text)


def test_the_next_gateway_gets_the_same_text_when_the_first_is_away(settings: Settings) -> None:
    settings.SMS_ROUTES = "*=memory,memory"
    memory.failures.append(GatewayUnavailable("away"))
    accepted = send_sms(to=IRISH, text="hello", idempotency_key="k")
    assert accepted.route == "memory"
    assert [(sms.text, sms.idempotency_key) for sms in memory.delivered] == [("hello", "k")]


def test_when_nobody_knows_whether_it_left_no_other_gateway_is_asked(settings: Settings) -> None:
    settings.SMS_ROUTES = "*=memory,memory"
    memory.failures.append(TimeoutError())
    with pytest.raises(OutcomeUnknown):
        send_sms(to=IRISH, text="hello", idempotency_key="k")
    assert not memory.delivered


def test_a_country_without_a_route_is_refused(settings: Settings) -> None:
    settings.SMS_ROUTES = "MN=memory"
    with pytest.raises(GatewayRefused):
        send_sms(to=IRISH, text="hello", idempotency_key="k")


@pytest.mark.requirement("G12")
@pytest.mark.parametrize("debug", [True, False])
def test_the_console_shows_the_text_only_in_development(
    settings: Settings, capsys: pytest.CaptureFixture[str], debug: bool
) -> None:
    settings.DEBUG = debug
    ConsoleGateway().send(to=MONGOLIAN, text="493817 is your code", idempotency_key="k")
    printed = capsys.readouterr().out
    assert "+976 •••••• 33" in printed
    assert MONGOLIAN not in printed
    assert ("493817" in printed) is debug


@pytest.mark.parametrize(
    ("mask", "given_text", "masked"),
    [
        (mask_phone, MONGOLIAN, "+976 •••••• 33"),
        (mask_phone, "nonsense", "•••"),
        (mask_email, "bat@example.com", "b•••@example.com"),
        (mask_email, "no address", "•••"),
        (mask_email, "@example.com", "•••"),
    ],
)
def test_a_mask_shows_little(mask: object, given_text: str, masked: str) -> None:
    assert callable(mask)
    assert mask(given_text) == masked


def problems() -> list[CheckMessage]:
    return check_settings(None)


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("MESSAGING_KEEP_BODIES", True, "messaging_app.E001"),
        ("SMS_ROUTES", "MN=console,pigeon;*=console", "messaging_app.E002"),
        ("SMS_ROUTES", "console", "messaging_app.E002"),
        ("SMS_ROUTES", "*=http", "messaging_app.E002"),
        ("SMS_ROUTES", "MN=twilio", "messaging_app.E002"),
        ("MESSAGING_DELIVERY", "by hand", "messaging_app.E003"),
        ("SMS_PRICES", "MN:0.02", "messaging_app.E004"),
        ("SMS_PRICES", "MN=-1", "messaging_app.E004"),
        ("SMS_PER_PHONE_DAY", 0, "messaging_app.E005"),
        ("PHONE_COUNTRIES", [], "messaging_app.W001"),
        ("SMS_PRICES", "*=0", "messaging_app.W002"),
    ],
)
def test_a_setting_that_would_hurt_stops_the_start(
    settings: Settings, name: str, value: object, check_id: str
) -> None:
    settings.DEBUG = False
    assert problems() == []
    setattr(settings, name, value)
    assert [problem.id for problem in problems()] == [check_id]


def test_bodies_may_be_kept_in_development(settings: Settings) -> None:
    settings.DEBUG = settings.MESSAGING_KEEP_BODIES = True
    assert problems() == []

"""Which numbers may get an SMS at all, and what one costs."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from messaging_app.numbers import CountryRefused, refuse_unusable
from messaging_app.prices import BadPrices, most_it_can_cost, parse_prices, price_of_part
from messaging_app.spending_conf import as_money
from tests.messaging.conftest import PHONE


@pytest.mark.requirement("G09")
@pytest.mark.parametrize(
    "phone",
    [
        "+3531550123456", "+881612345678", "+88299912345", "+97911234567", "+870773111632", "+8781012345678",
        "+35312345678", "+353761234567", "+18005551234", "+19005551234", "+4470123456789", "+999123456", "+1",
        "99112233", "", "+976991122334455",
    ],
)  # fmt: skip
def test_premium_satellite_voip_fixed_and_broken_numbers_get_nothing(phone: str, settings: Settings) -> None:
    settings.SMS_COUNTRIES = ["*"]
    with pytest.raises(CountryRefused):
        refuse_unusable(phone)


@pytest.mark.requirement("G09")
@pytest.mark.parametrize(
    ("own", "people", "debug", "is_allowed"),
    [
        ([], [], False, False), ([], [], True, True), (["mn"], [], False, True), (["IE"], ["MN"], False, False),
        ([], ["MN"], False, True), ([], ["IE"], True, False), (["*"], ["IE"], False, True),
    ],
)  # fmt: skip
def test_a_country_gets_sms_only_when_it_is_listed(
    settings: Settings, own: list[str], people: list[str], debug: bool, is_allowed: bool
) -> None:
    settings.SMS_COUNTRIES, settings.PHONE_COUNTRIES, settings.DEBUG = own, people, debug
    if is_allowed:
        assert refuse_unusable(PHONE) == "MN"
    else:
        with pytest.raises(CountryRefused):
            refuse_unusable(PHONE)


def test_prices_are_found_by_route_then_country_and_the_unknown_is_the_dearest(settings: Settings) -> None:
    settings.SMS_PRICES = " twilio.MN = 0.05 ; MN=0.02 ; IE=0.07 "
    assert price_of_part("MN", "twilio") == Decimal("0.05")
    assert price_of_part("MN", "moni") == Decimal("0.02")
    assert price_of_part("US", "moni") == Decimal("0.07")
    assert most_it_can_cost(country="MN", routes=("moni", "twilio"), parts=2) == Decimal("0.10")
    settings.SMS_PRICES = ""
    assert price_of_part("MN", "moni") == 0


@pytest.mark.parametrize("text", ["MN", "MN=", "=1", "MN=free", "MN=-1", "MN=NaN", "MN=Infinity"])
def test_prices_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadPrices):
        parse_prices(text)


@pytest.mark.parametrize("text", ["", "ten", "-1", "inf"])
def test_a_budget_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        as_money(text)

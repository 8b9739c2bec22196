"""The country beside the number."""

import re
from typing import Any

import phonenumbers
import pytest
from django.conf import settings as product
from django.test import Client
from django.utils import translation

from accounts_app.models import User
from phone_auth_app.countries import allowed_countries
from tests.phone_auth import pages
from tests.phone_auth.pages import PHONE

OPTION = re.compile(r'<option value="([A-Z]{2})"( selected)?>([^<]+)</option>')


def options(client: Client, url: str = pages.LOGIN) -> list[tuple[str, str, str]]:
    return OPTION.findall(client.get(url).content.decode())


@pytest.mark.requirement("F30")
@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Mongolia"), ("mn", "Монгол"), ("fa", "مغولستان"), ("uk", "Монголія"), ("de", "Mongolia")],
)
def test_countries_are_named_in_the_pages_language(language: str, name: str) -> None:
    with translation.override(language):
        names = {country.region: country.name for country in allowed_countries()}
    assert names["MN"] == name


@pytest.mark.parametrize("language", [code for code, _name in product.LANGUAGES])
def test_every_country_has_a_name_in_every_language(language: str) -> None:
    with translation.override(language):
        countries = allowed_countries()
    assert {country.region for country in countries} == set(phonenumbers.SUPPORTED_REGIONS)
    assert not [country for country in countries if country.name in {"", country.region}]


@pytest.mark.requirement("G09")
def test_only_allowed_countries_are_offered_and_the_operators_own_is_chosen(
    browser: Client, settings: Any
) -> None:
    settings.PHONE_COUNTRIES = ["MN", "UA", "IE"]
    assert options(browser) == [
        ("IE", "", "Ireland (+353)"),
        ("MN", " selected", "Mongolia (+976)"),
        ("UA", "", "Ukraine (+380)"),
    ]


@pytest.mark.parametrize("countries", [["MN"], []])
def test_there_is_no_list_where_there_is_nothing_to_choose(
    browser: Client, settings: Any, countries: list[str]
) -> None:
    settings.PHONE_COUNTRIES, settings.DEBUG = countries, False
    assert options(browser) == []


@pytest.mark.requirement("G10")
@pytest.mark.parametrize(
    ("country", "typed"),
    [("MN", "99112233"), ("", "99112233"), ("IE", "+976 9911 2233"), ("IE", "0097699112233")],
)
def test_the_country_reads_local_spellings_and_a_typed_code_wins(
    browser: Client, person: User, country: str, typed: str
) -> None:
    answer = pages.post(
        browser, pages.LOGIN, {"country": country, "phone": typed, "password": pages.PASSWORD}
    )
    assert answer.status_code == 303


def test_a_local_number_is_read_in_the_chosen_country(browser: Client) -> None:
    pages.post(browser, pages.SIGNUP, {"country": "IE", "phone": "087 123 4567"})
    assert pages.codes_sent_to("+353871234567")
    assert not pages.codes_sent_to(PHONE)


def test_a_country_that_is_not_on_the_list_is_said_to_be_wrong(browser: Client) -> None:
    answer = pages.post(browser, pages.SIGNUP, {"country": "ZZ", "phone": "99112233"})
    assert answer.status_code == 400
    assert "Choose a country" in answer.content.decode()


def test_the_chosen_country_stays_after_an_error(browser: Client) -> None:
    answer = pages.post(browser, pages.LOGIN, {"country": "IE", "phone": "12", "password": "x"})
    assert ("IE", " selected", "Ireland (+353)") in OPTION.findall(answer.content.decode())

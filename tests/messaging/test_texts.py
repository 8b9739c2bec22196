"""What is written: in the recipient's language, short, and ending so that a phone can fill the code in."""

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from messaging_app.parts import count_parts
from messaging_app.rendering import render_email, render_sms

LANGUAGES = [code for code, _name in django_settings.LANGUAGES]
PURPOSES = ["signup", "login", "reset", "phone_change", "second_factor"]


@pytest.fixture(autouse=True)
def real_host(settings: Settings) -> None:
    settings.ISSUER_URL = "https://login.example.com"
    settings.PRODUCT_NAME = "Phone Login"


@pytest.mark.requirement("G14")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_code_has_its_last_line_no_link_and_at_most_two_parts(language: str, purpose: str) -> None:
    """WebOTP: the last line is `@host #code`, the host the issuer's own."""
    text = render_sms("otp", {"code": "49381726", "purpose": purpose}, language).text
    assert text.splitlines()[-1] == "@login.example.com #49381726"
    assert text.startswith("49381726")
    assert "http" not in text
    assert count_parts(text) <= (1 if language == "en" else 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_purpose_is_named_in_words_of_its_own(language: str) -> None:
    texts = {render_sms("otp", {"code": "493817", "purpose": purpose}, language).text for purpose in PURPOSES}
    assert len(texts) == len(PURPOSES)


def test_languages_differ_and_an_unknown_one_is_english() -> None:
    context = {"code": "493817", "purpose": "login"}
    texts = {code: render_sms("otp", context, code).text for code in (*LANGUAGES, "mn-mn", "xx")}
    assert len({texts[code] for code in LANGUAGES}) == len(LANGUAGES)
    assert texts["mn-mn"] == texts["mn"]
    assert texts["xx"] == texts["en"]


@pytest.mark.parametrize("template", ["sms_budget_exhausted", "sms_numbers_held"])
@pytest.mark.parametrize("hours", [1, 24])
def test_letters_to_operators_say_what_to_do(template: str, hours: int) -> None:
    context = {"hours": hours, "budget": "20", "currency": "USD", "label": "+976•••12"}
    letter = render_email(template, context, "en")
    assert "\n" not in letter.subject
    assert "https://login.example.com/admin/" in letter.text
    assert "https://login.example.com/admin/" in letter.html
    assert ("24 hours" in letter.text) is (hours == 24)

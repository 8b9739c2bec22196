"""Pages and messages in the reader's language: as the browser asks, and as the footer's buttons choose."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from messaging_app.gateways import memory
from messaging_app.parts import count_parts
from messaging_app.rendering import render_sms
from otp_app.purposes import Purpose
from tests.oauth import OAuthBrowser
from tests.ui.page import Page, assert_is_sound, read

PHONE = "+97699112233"
SIGNUP = "/signup/"
HEADINGS = {
    "en": "Sign up with your phone",
    "mn": "Утсаараа бүртгүүлэх",
    "fa": "ثبت‌نام با تلفن",
    "uk": "Реєстрація за телефоном",
}
MONGOLIAN_CODE = re.compile(r"([0-9]{6})\b.* бүртгүүлэх код\..* бүү .*\n\n@\S+ #\1")  # noqa: RUF001

pytestmark = pytest.mark.requirement("F30")
each_language = pytest.mark.parametrize("language", HEADINGS)


def open_signup(browser: Client, language: str) -> Page:
    """The sign-up page as a browser of this language gets it."""
    return read(browser.get(SIGNUP, headers={"accept-language": language}))


def choose(browser: Client, page: Page, language: str) -> Any:
    """Press a button of the footer, with everything that its form carries."""
    form = next(form for form in page.all("form") if form.get("class") == "languages")
    token = next(field["value"] for field in page.all("input") if field.get("name") == "csrfmiddlewaretoken")
    assert language in [button["value"] for button in page.all("button") if button.get("name") == "language"]
    return browser.post(form["action"], {"csrfmiddlewaretoken": token, "next": SIGNUP, "language": language})


def assert_is_in(page: Page, language: str) -> None:
    assert_is_sound(page)
    (root,) = page.all("html")
    assert (root["lang"], root["dir"]) == (language, "rtl" if language == "fa" else "ltr")
    assert [other for other, heading in HEADINGS.items() if heading in page.html] == [language]


@each_language
def test_the_sign_up_page_speaks_the_browser_s_language(browser: Client, language: str) -> None:
    assert_is_in(open_signup(browser, language), language)


@each_language
def test_the_footer_s_choice_wins_over_the_browser_s_language(browser: Client, language: str) -> None:
    asked = "uk" if language == "mn" else "mn"
    chosen = choose(browser, open_signup(browser, asked), language)
    assert (chosen.status_code, chosen["Location"]) == (302, SIGNUP)
    page = open_signup(browser, asked)
    assert_is_in(page, language)
    assert [button["value"] for button in page.all("button") if button.get("aria-current")] == [language]


def test_a_language_that_is_not_ours_gets_english(browser: Client) -> None:
    assert_is_in(open_signup(browser, "tlh"), "en")


def test_errors_of_a_form_speak_the_language_too(browser: Client) -> None:
    token = open_signup(browser, "mn").all("input")[0]["value"]
    answer = browser.post(
        SIGNUP, {"phone": "", "csrfmiddlewaretoken": token}, headers={"accept-language": "mn"}
    )
    assert "Утасны дугаараа оруулна уу." in answer.content.decode()  # noqa: RUF001
    assert "Enter your phone number." not in answer.content.decode()


def test_the_code_arrives_in_mongolian_for_who_reads_mongolian(transactional_db: None, gateway: None) -> None:
    Client().post(SIGNUP, {"phone": PHONE}, headers={"accept-language": "mn"})
    assert MONGOLIAN_CODE.fullmatch(memory.delivered[-1].text)


def test_the_code_arrives_in_the_language_chosen_in_the_footer(transactional_db: None, gateway: None) -> None:
    browser = Client()
    choose(browser, open_signup(browser, "en"), "mn")
    browser.post(SIGNUP, {"phone": PHONE}, headers={"accept-language": "en"})
    assert MONGOLIAN_CODE.fullmatch(memory.delivered[-1].text)


@pytest.mark.usefixtures("standing_still")
@each_language
@pytest.mark.parametrize("purpose", Purpose)
def test_a_code_costs_two_parts_at_most(settings: Any, language: str, purpose: Purpose) -> None:
    """Outside Latin a part holds 70 characters, and 67 where there are two; the line for browsers takes its share."""
    settings.PRODUCT_NAME, settings.ISSUER_URL = "Phone Login", "https://login.example.com"
    code = "12345678"[: purpose.digits]
    text = render_sms("otp", {"code": code, "purpose": purpose.value}, language).text
    assert text.startswith(code), "Whoever reads only the notification needs the code first."
    assert count_parts(text) <= (1 if language == "en" else 2)


@each_language
def test_the_consent_page_explains_the_scopes_in_the_reader_s_language(
    browser_of_somebody: OAuthBrowser, app: object, language: str
) -> None:
    with translation.override(language):
        expected = {translation.gettext(text) for text in ("Your phone number", "Last two digits only")}
    where = browser_of_somebody.authorize(scope="openid phone")["Location"]
    page = read(browser_of_somebody.client.get(where, headers={"accept-language": language}))
    assert all(text in page.html for text in expected)
    assert ("Your phone number" in page.html) == (language == "en")

"""Signing up by e-mail: nobody has an account before the address is proven, and the proof is of use to one browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from core_app.events import Event
from sessions_app.models import SsoSession
from tests.email_auth import pages
from tests.email_auth.pages import CHOOSE_PASSWORD, EMAIL, OTHER_EMAIL, PASSWORD, SIGNUP, post

NewBrowser = Callable[[], Client]


@pytest.mark.requirement("F25")
def test_address_code_and_password_make_an_account_that_is_signed_in(
    browser: Client, events: list[Event]
) -> None:
    answer = pages.sign_up(browser, given_name="Bat", family_name="Erdene")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    person = User.objects.get()
    assert (person.email, person.email_identifier, person.phone) == (EMAIL, EMAIL, None)
    assert person.email_verified_at is not None
    assert person.name == "Bat Erdene"
    assert person.check_password(PASSWORD)
    assert person.password.startswith("argon2$argon2id$")
    assert pages.is_signed_in(browser)
    assert SsoSession.objects.get().amr == ["email"]
    assert [event.name for event in events] == [
        "otp.sent", "otp.verified", "person.signed_up", "device.new", "session.started",
    ]  # fmt: skip
    assert EMAIL not in str(events)


@pytest.mark.requirement("F25", "J06")
def test_nothing_is_made_before_the_last_step(browser: Client) -> None:
    pages.prove(browser, SIGNUP)
    assert not User.objects.exists()
    assert not pages.is_signed_in(browser)
    weak = post(browser, CHOOSE_PASSWORD, {"password": "1234567"})
    assert weak.status_code == 400
    assert not User.objects.exists()


@pytest.mark.requirement("F25")
def test_the_link_in_the_same_browser_goes_on_after_a_question(browser: Client) -> None:
    post(browser, f"{SIGNUP}?next=/account/", {"email": EMAIL})
    link = pages.last_link()
    for _look in range(3):
        question = browser.get(link)
        assert question.status_code == 200
        assert EMAIL in pages.text_of(question)
    answer = post(browser, link)
    assert (answer.status_code, answer["Location"]) == (303, f"{CHOOSE_PASSWORD}?next=%2Faccount%2F")
    done = post(browser, answer["Location"], {"password": PASSWORD})
    assert done["Location"] == "/account/"
    assert pages.is_signed_in(browser)


@pytest.mark.requirement("I08")
def test_a_link_in_another_browser_does_nothing_for_either(browser: Client, new_browser: NewBrowser) -> None:
    pages.ask(browser, SIGNUP)
    link, other = pages.last_link(), new_browser()
    for answer in (other.get(link), post(other, link)):
        assert answer.status_code == 200
        assert "Enter the code where you began" in pages.text_of(answer)
        assert pages.last_code() not in pages.text_of(answer)
    for client in (browser, other):
        assert post(client, CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] != "/"
    assert not User.objects.exists()
    assert post(browser, f"{SIGNUP}verify/", {"code": pages.last_code()})["Location"] == CHOOSE_PASSWORD


@pytest.mark.requirement("login:F12")
def test_a_used_link_says_so_and_the_right_browser_goes_on(browser: Client, new_browser: NewBrowser) -> None:
    pages.ask(browser, SIGNUP)
    link = pages.last_link()
    post(browser, link)
    assert post(browser, link)["Location"] == CHOOSE_PASSWORD
    gone = new_browser().get(link)
    assert gone.status_code == 400
    assert "has done its work" in pages.text_of(gone)


def test_a_link_that_is_too_old_says_so(browser: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pages.ask(browser, SIGNUP)
        clock.shift(timedelta(minutes=10))
        assert browser.get(pages.last_link()).status_code == 400
        assert post(browser, pages.last_link()).status_code == 400
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["x", "0" * 32 + "-1-" + "A" * 43, "%00", "\u0660"])
def test_an_unknown_link_is_a_page_and_no_error(browser: Client, token: str) -> None:
    for path in (f"{SIGNUP}link/{token}/", f"{pages.RESET}link/{token}/", f"{pages.CHANGE}link/{token}/"):
        assert browser.get(path).status_code == 400
        assert post(browser, path).status_code == 400


@pytest.mark.requirement("login:F13")
def test_links_are_built_from_the_configured_origin(browser: Client, settings: Any) -> None:
    settings.ISSUER_URL = "https://login.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    headers = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}
    post(browser, SIGNUP, {"email": EMAIL}, **headers)
    (letter,) = mail.outbox
    assert "evil.example" not in f"{letter.subject}{letter.body}{letter.alternatives}"  # type: ignore[union-attr]
    assert pages.link_of(str(letter.body)).startswith("https://login.example.com/signup/email/link/")


@pytest.mark.requirement("G10")
@pytest.mark.parametrize(
    "spelling", ["Bat@Example.COM", "  bat@example.com ", "\uff42\uff41\uff54@example.com"]
)
def test_every_spelling_is_one_account(browser: Client, person: User, spelling: str) -> None:
    post(browser, SIGNUP, {"email": spelling})
    post(browser, f"{SIGNUP}verify/", {"code": pages.last_code()})
    assert "belongs to an account already" in pages.text_of(browser.get(CHOOSE_PASSWORD))
    assert User.objects.count() == 1
    assert pages.sign_in(browser, spelling)["Location"] == "/"


@pytest.mark.requirement("G11", "login:F07")
def test_whoever_proves_a_known_address_is_told_to_sign_in(browser: Client, person: User) -> None:
    pages.prove(browser, SIGNUP)
    for answer in (
        browser.get(CHOOSE_PASSWORD),
        post(browser, CHOOSE_PASSWORD, {"password": "another one!"}),
    ):
        assert "belongs to an account already" in pages.text_of(answer)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert not pages.is_signed_in(browser)


@pytest.mark.parametrize(
    "text", ["", "bat", "bat@", "@example.com", "a b@example.com", "bat@example", "b\nat@x.mn"]
)
def test_what_is_no_address_gets_a_sentence(browser: Client, text: str) -> None:
    answer = post(browser, SIGNUP, {"email": text})
    assert answer.status_code == 400
    assert mail.outbox == []


def test_another_e_mail_takes_the_first_one_s_place(browser: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = pages.ask_for_code(browser, SIGNUP)
        link = pages.last_link()
        clock.shift(timedelta(seconds=31))
        assert post(browser, f"{SIGNUP}resend/")["Location"] == f"{SIGNUP}verify/"
        assert browser.get(link).status_code == 400
        if first != pages.last_code():
            assert post(browser, f"{SIGNUP}verify/", {"code": first}).status_code == 400
        assert post(browser, f"{SIGNUP}verify/", {"code": pages.last_code()})["Location"] == CHOOSE_PASSWORD


@pytest.mark.requirement("R18", "J06")
def test_the_last_step_sent_twice_makes_one_account(browser: Client) -> None:
    pages.sign_up(browser)
    again = post(browser, CHOOSE_PASSWORD, {"password": PASSWORD})
    assert (again.status_code, again["Location"]) == (303, "/")
    assert User.objects.count() == 1


@pytest.mark.requirement("I01", "A12")
def test_a_proof_stays_in_its_browser_and_in_a_new_session(
    browser: Client, new_browser: NewBrowser, settings: Any
) -> None:
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    pages.prove(browser, SIGNUP)
    assert browser.session.session_key != planted
    thief = new_browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert post(thief, CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == SIGNUP
    assert not User.objects.exists()


@pytest.mark.requirement("G07")
def test_a_code_for_one_address_proves_no_other(browser: Client) -> None:
    code = pages.ask_for_code(browser, SIGNUP)
    pages.ask(browser, SIGNUP, OTHER_EMAIL)
    if code != pages.last_code(OTHER_EMAIL):
        assert post(browser, f"{SIGNUP}verify/", {"code": code}).status_code == 400
    assert not User.objects.exists()


@pytest.mark.requirement("G16", "F23")
def test_three_wrong_codes_lock_the_address(browser: Client, new_browser: NewBrowser, person: User) -> None:
    code = pages.ask_for_code(browser, SIGNUP)
    answers = [post(browser, f"{SIGNUP}verify/", {"code": pages.wrong(code)}) for _try in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert post(browser, f"{SIGNUP}verify/", {"code": code}).status_code == 429
    assert pages.sign_in(new_browser()).status_code == 429


@pytest.mark.requirement("A09")
@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_away(browser: Client, target: str) -> None:
    browser.post(f"{SIGNUP}?next={target}", {"email": EMAIL})
    link = pages.last_link()
    answer = post(browser, link)
    assert answer["Location"] == CHOOSE_PASSWORD
    assert post(browser, CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == "/"


@pytest.mark.requirement("login:F03")
@pytest.mark.parametrize("password", ["bat@example.com", "password123", "phone login", "1234567"])
def test_a_password_of_what_everybody_knows_is_refused(browser: Client, password: str) -> None:
    pages.prove(browser, SIGNUP)
    assert post(browser, CHOOSE_PASSWORD, {"password": password}).status_code == 400
    assert not User.objects.exists()


def test_whoever_is_signed_in_may_go_on_or_be_somebody_else(browser: Client) -> None:
    pages.sign_up(browser)
    assert "You are signed in" in pages.text_of(browser.get(SIGNUP))
    assert "Sign up with your e-mail" in pages.text_of(browser.get(f"{SIGNUP}?prompt=login"))

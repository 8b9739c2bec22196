"""A forgotten password: code, new password, and nobody signed in by it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import deactivate
from core_app.events import Event
from messaging_app.gateways import memory
from sessions_app.models import SsoSession
from tests.phone_auth import pages
from tests.phone_auth.pages import PASSWORD, PHONE

NEW = "nine purple umbrellas"


def prove(browser: Client) -> None:
    code = pages.ask_for_code(browser, pages.RESET)
    answer = pages.post(browser, pages.RESET_VERIFY, {"code": code})
    assert (answer.status_code, answer["Location"]) == (303, pages.RESET_PASSWORD)


def reset(browser: Client) -> Any:
    prove(browser)
    return pages.post(browser, pages.RESET_PASSWORD, {"password": NEW})


@pytest.mark.requirement("login:F12", "F25")
def test_a_new_password_is_set_and_the_old_one_is_dead(
    browser: Client, new_browser: Callable[[], Client], person: User
) -> None:
    answer = reset(browser)
    assert (answer.status_code, answer["Location"]) == (303, "/login/?prompt=login")
    assert "new password is set" in browser.get(answer["Location"]).content.decode()
    assert not pages.is_signed_in(browser)
    assert not SsoSession.objects.exists()
    assert pages.sign_in(browser, password=PASSWORD).status_code == 400
    assert pages.sign_in(browser, password=NEW)["Location"] == "/"


@pytest.mark.requirement("login:F12")
def test_every_sign_in_ends_with_the_old_password(
    browser: Client, new_browser: Callable[[], Client], person: User, events: list[Event]
) -> None:
    elsewhere = [new_browser(), new_browser()]
    for other in [*elsewhere, browser]:
        pages.sign_in(other)
    reset(browser)
    assert not any(pages.is_signed_in(other) for other in [*elsewhere, browser])
    assert set(SsoSession.objects.values_list("end_reason", flat=True)) == {"credentials_changed"}
    (changed,) = [event for event in events if event.name == "password.changed"]
    assert (changed.user_id, changed.subject) == (person.pk, str(person.sub))
    assert NEW not in str(events)


@pytest.mark.requirement("login:F12")
def test_the_code_has_eight_digits(browser: Client, person: User) -> None:
    code = pages.ask_for_code(browser, pages.RESET)
    assert re.fullmatch(r"[0-9]{8}", code)
    short = pages.post(browser, pages.RESET_VERIFY, {"code": code[:6]})
    assert "Enter the 8 digits" in short.content.decode()


@pytest.mark.requirement("login:F12")
@pytest.mark.parametrize("data", [{}, {"password": NEW}, {"code": "12345678", "password": NEW}])
def test_no_step_can_be_skipped(browser: Client, person: User, data: dict[str, str]) -> None:
    assert pages.post(browser, pages.RESET_PASSWORD, data)["Location"] == pages.RESET
    pages.ask_for_code(browser, pages.RESET)
    assert pages.post(browser, pages.RESET_PASSWORD, data)["Location"] == pages.RESET
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("login:F12", "G07")
@pytest.mark.parametrize("way", [pages.CODE_LOGIN, pages.SIGNUP])
def test_a_proof_for_something_else_resets_nothing(browser: Client, person: User, way: str) -> None:
    code = pages.ask_for_code(browser, way)
    pages.post(browser, f"{way}verify/", {"code": code})
    assert pages.post(browser, pages.RESET_PASSWORD, {"password": NEW})["Location"] == pages.RESET
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("login:F12")
def test_a_proof_is_good_for_one_new_password(browser: Client, person: User) -> None:
    reset(browser)
    again = pages.post(browser, pages.RESET_PASSWORD, {"password": "yet another password"})
    assert again["Location"] == pages.RESET
    person.refresh_from_db()
    assert person.check_password(NEW)


@pytest.mark.requirement("login:F12", "G07", "I01")
def test_a_proof_stays_in_its_browser_and_in_a_new_session(
    browser: Client, new_browser: Callable[[], Client], person: User, settings: Any
) -> None:
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    prove(browser)
    assert browser.session.session_key != planted
    thief = new_browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert pages.post(thief, pages.RESET_PASSWORD, {"password": NEW})["Location"] == pages.RESET


@pytest.mark.requirement("login:F12")
def test_a_proof_that_waited_too_long_is_none(browser: Client, person: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        prove(browser)
        clock.shift(timedelta(seconds=901))
        late = pages.post(browser, pages.RESET_PASSWORD, {"password": NEW})
    assert late["Location"] == pages.RESET


@pytest.mark.requirement("login:F12", "I04")
def test_an_account_shut_after_the_code_gets_no_new_password(browser: Client, person: User) -> None:
    prove(browser)
    deactivate(user=person)
    assert pages.post(browser, pages.RESET_PASSWORD, {"password": NEW})["Location"] == pages.RESET
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "my 99112233 number"])
def test_the_rules_for_passwords_hold(browser: Client, person: User, password: str) -> None:
    prove(browser)
    refused = pages.post(browser, pages.RESET_PASSWORD, {"password": password})
    assert refused.status_code == 400
    assert 'class="field-error"' in refused.content.decode()
    assert pages.post(browser, pages.RESET_PASSWORD, {"password": NEW}).status_code == 303


def test_a_person_without_a_password_gets_one(browser: Client, person: User) -> None:
    person.set_unusable_password()
    person.save()
    reset(browser)
    assert pages.sign_in(browser, password=NEW).status_code == 303


@pytest.mark.requirement("login:F13")
def test_the_person_is_told_by_e_mail(browser: Client, person: User) -> None:
    User.objects.update(email="oyun@example.com", email_verified_at=timezone.now())
    reset(browser)
    (letter,) = mail.outbox
    assert letter.to == ["oyun@example.com"]
    assert "password was changed" in letter.subject
    assert "http://testserver/password/forgot/" in letter.body
    assert NEW not in letter.body
    assert len(memory.delivered) == 1


def test_a_person_without_an_e_mail_is_told_by_sms(browser: Client, person: User) -> None:
    reset(browser)
    notice = memory.delivered[-1]
    assert notice.to == PHONE
    assert "password was changed" in notice.text
    assert NEW not in notice.text
    assert not mail.outbox

"""Another password for somebody who is signed in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from core_app.events import Event
from messaging_app.gateways import memory
from sessions_app.models import SsoSession
from tests.email_auth import pages
from tests.email_auth.pages import CHANGE_PASSWORD, EMAIL, NEW_PASSWORD, PASSWORD, post
from tests.oauth import PHONE

NewBrowser = Callable[[], Client]
FIELDS = {"current_password": PASSWORD, "password": NEW_PASSWORD}


@pytest.mark.requirement("C13", "F25", "I01")
def test_the_new_password_is_set_here_and_everywhere_else_is_signed_out(
    browser: Client, new_browser: NewBrowser, person: User, events: list[Event]
) -> None:
    other = new_browser()
    pages.sign_in(other)
    pages.sign_in(browser)
    key = browser.session.session_key
    answer = post(browser, CHANGE_PASSWORD, FIELDS)
    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    assert "Your new password is set" in pages.text_of(browser.get("/account/"))
    assert pages.is_signed_in(browser)
    assert browser.session.session_key != key
    assert not pages.is_signed_in(other)
    assert pages.sign_in(other).status_code == 400
    assert pages.sign_in(other, password=NEW_PASSWORD).status_code == 303
    (changed,) = [event for event in events if event.name == "password.changed"]
    assert (changed.user_id, changed.reason) == (person.pk, "by the person")


@pytest.mark.requirement("L09")
def test_the_person_is_told_by_e_mail_or_else_by_sms(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    pages.sign_in(browser)
    post(browser, CHANGE_PASSWORD, FIELDS)
    assert "signed out on every other device" in pages.letters_to(EMAIL)[-1]
    create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now(), email="typed@example.com")
    phone = new_browser()
    post(phone, "/login/", {"phone": PHONE, "password": PASSWORD})
    assert post(phone, CHANGE_PASSWORD, FIELDS).status_code == 303
    assert "password was changed" in memory.delivered[-1].text
    assert "http://testserver/password/forgot/" in memory.delivered[-1].text
    assert pages.letters_to("typed@example.com") == []


@pytest.mark.requirement("C10", "C13")
def test_tokens_of_other_sign_ins_end(browser: Client, new_browser: NewBrowser, person: User) -> None:
    other = new_browser()
    pages.sign_in(other)
    pages.sign_in(browser)
    post(browser, CHANGE_PASSWORD, FIELDS)
    assert list(SsoSession.objects.filter(ended_at=None).values_list("end_reason", flat=True)) == [""]
    assert SsoSession.objects.get(end_reason="credentials_changed").ended_at is not None


@pytest.mark.requirement("H07", "G16", "login:F08")
def test_guessing_the_present_password_locks(browser: Client, new_browser: NewBrowser, person: User) -> None:
    pages.sign_in(browser)
    wrong = {**FIELDS, "current_password": "a wrong password"}
    answers = [post(browser, CHANGE_PASSWORD, wrong) for _try in range(4)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert "not your present password" in pages.text_of(answers[0])
    assert post(browser, CHANGE_PASSWORD, FIELDS).status_code == 429
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize(
    "fields",
    [{}, {"password": NEW_PASSWORD}, {"current_password": PASSWORD}, {**FIELDS, "password": "short"}],
)
def test_what_is_missing_or_weak_changes_nothing(
    browser: Client, person: User, fields: dict[str, str]
) -> None:
    pages.sign_in(browser)
    assert post(browser, CHANGE_PASSWORD, fields).status_code == 400
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("J07", "H07")
def test_a_first_password_wants_a_fresh_sign_in(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    person.set_unusable_password()
    person.save()
    pages.prove(browser, pages.RESET)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        User.objects.filter(pk=person.pk).update(password="!")
        browser.post(pages.RESET_PASSWORD, {"password": PASSWORD})
        pages.sign_in(browser)
        session = browser.session
        User.objects.filter(pk=person.pk).update(password="!")
        session["_auth_user_hash"] = User.objects.get().get_session_auth_hash()
        session.save()
        assert "Present password" not in pages.text_of(browser.get(CHANGE_PASSWORD))
        clock.shift(timedelta(seconds=301))
        answer = browser.get(CHANGE_PASSWORD)
        assert answer["Location"] == "/login/?next=%2Faccount%2Fpassword%2F&prompt=login"
        clock.shift(timedelta(seconds=-100))
        assert post(browser, CHANGE_PASSWORD, {"password": NEW_PASSWORD})["Location"] == "/account/"
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)


def test_strangers_sign_in_first(browser: Client, transactional_db: None) -> None:
    for answer in (browser.get(CHANGE_PASSWORD), post(browser, CHANGE_PASSWORD, FIELDS)):
        assert answer["Location"] == "/login/?next=%2Faccount%2Fpassword%2F"


@pytest.mark.requirement("R18")
def test_sent_twice_it_has_one_effect(browser: Client, person: User, events: list[Event]) -> None:
    pages.sign_in(browser)
    assert post(browser, CHANGE_PASSWORD, FIELDS).status_code == 303
    assert post(browser, CHANGE_PASSWORD, FIELDS).status_code == 400
    assert [event.name for event in events].count("password.changed") == 1


def test_the_account_menu_leads_here(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    page: Any = pages.text_of(browser.get("/account/"))
    assert f'href="{CHANGE_PASSWORD}"' in page
    assert f'href="{pages.CHANGE}"' in page

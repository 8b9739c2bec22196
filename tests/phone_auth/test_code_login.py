"""Signing in with a code from an SMS and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person, deactivate
from core_app.events import Event
from messaging_app.gateways import memory
from sessions_app.models import SsoSession
from tests.phone_auth import pages
from tests.phone_auth.pages import OTHER_PHONE, PASSWORD, PHONE

NEXT = "?next=%2Fo%2Fauthorize%2F%3Frequest%3Dabc"


@pytest.mark.requirement("F20")
def test_a_person_signs_in_with_a_code_alone_and_is_sent_where_they_wanted(
    browser: Client, person: User
) -> None:
    asked = pages.post(browser, pages.CODE_LOGIN + NEXT, {"phone": "9911 2233"})
    assert asked["Location"] == pages.CODE_LOGIN_VERIFY + NEXT
    answer = pages.post(browser, asked["Location"], {"code": pages.codes_sent_to(PHONE)[-1]})
    assert (answer.status_code, answer["Location"]) == (303, "/o/authorize/?request=abc")
    session = SsoSession.objects.get()
    assert (session.user, session.amr, session.acr) == (person, ["sms"], "aal1")


@pytest.mark.requirement("G03")
def test_the_code_signs_in_once(browser: Client, new_browser: Callable[[], Client], person: User) -> None:
    code = pages.ask_for_code(browser, pages.CODE_LOGIN)
    pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    pages.post(browser, pages.LOGOUT)
    again = pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    assert again["Location"] == pages.CODE_LOGIN
    assert not pages.is_signed_in(browser)


@pytest.mark.requirement("G07")
def test_another_browser_cannot_use_the_code(
    browser: Client, new_browser: Callable[[], Client], person: User
) -> None:
    code = pages.ask_for_code(browser, pages.CODE_LOGIN)
    stranger = new_browser()
    assert pages.post(stranger, pages.CODE_LOGIN_VERIFY, {"code": code})["Location"] == pages.CODE_LOGIN
    assert not SsoSession.objects.exists()


@pytest.mark.requirement("G07")
def test_a_code_for_signing_up_does_not_sign_in(browser: Client, person: User) -> None:
    code = pages.start(browser)
    pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    pages.ask_for_code(browser, pages.CODE_LOGIN)
    if code != pages.codes_sent_to(PHONE)[-1]:
        pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    assert not SsoSession.objects.exists()


@pytest.mark.requirement("G02")
def test_an_old_code_counts_as_no_failure(browser: Client, person: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = pages.ask_for_code(browser, pages.CODE_LOGIN)
        clock.shift(timedelta(seconds=121))
        for _again in range(4):
            late = pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
            assert late.status_code == 400
            assert "no longer good" in late.content.decode()
        pages.post(browser, pages.CODE_LOGIN_RESEND)
        fresh = pages.codes_sent_to(PHONE)[-1]
        assert pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": fresh})["Location"] == "/"


@pytest.mark.requirement("I01")
def test_the_session_id_is_new_after_the_code(browser: Client, person: User) -> None:
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": pages.ask_for_code(browser, pages.CODE_LOGIN)})
    assert browser.session.session_key != planted


@pytest.mark.requirement("G16", "F23")
def test_wrong_codes_lock_the_password_too(
    browser: Client, new_browser: Callable[[], Client], person: User
) -> None:
    code = pages.ask_for_code(browser, pages.CODE_LOGIN)
    answers = [pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": pages.wrong(code)}) for _try in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert pages.sign_in(new_browser()).status_code == 429
    right = pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    assert right.status_code == 429
    assert int(right["Retry-After"]) > 3000
    assert not SsoSession.objects.exists()


@pytest.mark.requirement("G16", "F23")
def test_wrong_passwords_lock_the_codes_too(new_browser: Callable[[], Client], person: User) -> None:
    for _try in range(3):
        pages.sign_in(new_browser(), password="wrong wrong wrong")
    for url in (pages.CODE_LOGIN, pages.RESET, pages.SIGNUP):
        refused = pages.post(new_browser(), url, {"phone": PHONE})
        assert refused.status_code == 429, url
        assert "Retry-After" in refused
    assert not memory.delivered


@pytest.mark.requirement("login:F09")
def test_the_owners_known_browser_gets_in_while_strangers_are_locked_out(
    browser: Client, new_browser: Callable[[], Client], person: User
) -> None:
    pages.sign_in(browser)
    pages.post(browser, pages.LOGOUT)
    for _try in range(3):
        pages.sign_in(new_browser(), password="wrong wrong wrong")
    assert pages.sign_in(new_browser()).status_code == 429
    assert pages.sign_in(browser).status_code == 303
    pages.post(browser, pages.LOGOUT)
    code = pages.ask_for_code(browser, pages.CODE_LOGIN)
    assert pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code}).status_code == 303
    assert pages.sign_in(new_browser()).status_code == 429


@pytest.mark.requirement("login:F09")
def test_a_wrong_password_on_a_known_browser_is_told_as_such_while_strangers_are_locked_out(
    browser: Client, new_browser: Callable[[], Client], person: User
) -> None:
    pages.sign_in(browser)
    pages.post(browser, pages.LOGOUT)
    for _try in range(3):
        pages.sign_in(new_browser(), password="wrong wrong wrong")
    assert pages.sign_in(browser, password="a slip of the hand").status_code == 400
    assert pages.sign_in(browser).status_code == 303


@pytest.mark.requirement("login:F09", "F23")
def test_a_known_browser_is_locked_out_after_failures_of_its_own(
    browser: Client, new_browser: Callable[[], Client], person: User
) -> None:
    pages.sign_in(browser)
    pages.post(browser, pages.LOGOUT)
    for _try in range(3):
        pages.sign_in(browser, password="wrong wrong wrong")
    assert pages.sign_in(browser).status_code == 429


@pytest.mark.requirement("F23")
def test_three_texts_that_are_no_numbers_lock_the_address(browser: Client, person: User) -> None:
    for url in (pages.LOGIN, pages.CODE_LOGIN, pages.SIGNUP):
        assert pages.post(browser, url, {"phone": "12", "password": "x"}).status_code == 400
    assert pages.sign_in(browser).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.77")
    assert pages.sign_in(elsewhere).status_code == 303


def test_an_empty_number_is_no_failure(browser: Client, person: User) -> None:
    for _try in range(4):
        assert pages.post(browser, pages.LOGIN, {"phone": "", "password": "x"}).status_code == 400
    assert pages.sign_in(browser).status_code == 303


@pytest.mark.parametrize("shut", ["while waiting", "before"])
def test_a_shut_account_is_signed_in_by_no_code(browser: Client, person: User, shut: str) -> None:
    if shut == "before":
        deactivate(user=person)
        pages.post(browser, pages.CODE_LOGIN, {"phone": PHONE})
        assert not memory.delivered
        return
    code = pages.ask_for_code(browser, pages.CODE_LOGIN)
    deactivate(user=person)
    assert pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code}).status_code == 400
    assert not SsoSession.objects.exists()


@pytest.mark.requirement("L03", "G12")
def test_neither_code_nor_number_is_in_the_record(browser: Client, person: User, events: list[Event]) -> None:
    code = pages.ask_for_code(browser, pages.CODE_LOGIN)
    pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": pages.wrong(code)})
    pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    assert {"otp.sent", "otp.failed", "otp.verified", "session.started"} <= {event.name for event in events}
    for secret in (code, pages.wrong(code), PHONE):
        assert secret not in str(events)


def test_a_whole_pasted_message_is_understood(browser: Client, person: User) -> None:
    pages.ask_for_code(browser, pages.CODE_LOGIN)
    pasted = memory.delivered[-1].text
    assert pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": pasted})["Location"] == "/"


def test_the_pages_lead_to_each_other_and_keep_where_the_person_wanted_to_go(browser: Client) -> None:
    login = browser.get(pages.LOGIN + NEXT).content.decode()
    assert f'href="{pages.CODE_LOGIN}{NEXT}"' in login
    assert f'href="{pages.RESET}{NEXT}"' in login
    by_code = browser.get(pages.CODE_LOGIN + NEXT).content.decode()
    assert f'href="{pages.LOGIN}{NEXT}"' in by_code
    assert f'href="{pages.SIGNUP}{NEXT}"' in by_code


@pytest.mark.requirement("C15")
def test_somebody_else_can_sign_in_by_code_in_the_same_browser(browser: Client, person: User) -> None:
    other = create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    pages.sign_in(browser)
    assert "Continue as" in browser.get(pages.CODE_LOGIN).content.decode()
    code = pages.ask_for_code(browser, pages.CODE_LOGIN, OTHER_PHONE)
    pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    assert SsoSession.objects.get(ended_at=None).user == other


@pytest.mark.requirement("F30")
def test_the_code_field_asks_for_numbers_and_offers_the_code(browser: Client, person: User) -> None:
    pages.ask_for_code(browser, pages.CODE_LOGIN)
    page: Any = browser.get(pages.CODE_LOGIN_VERIFY).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert "js/one_time_code.js" in page
    assert 'data-seconds="30"' in page
    assert PHONE not in page

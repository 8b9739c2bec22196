"""Back buttons, double clicks, stale pages, parallel sign-ups: each leads on, none is a 500 (R18)."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import PhoneTaken, create_person
from core_app.caller import Caller
from core_app.events import Event
from phone_auth_app.flows import signup as flow
from phone_auth_app.flows.codes import PendingCode
from sessions_app.models import SsoSession
from tests.phone_auth import pages
from tests.phone_auth.pages import PASSWORD, PHONE

SENT_TWICE = [
    (pages.SIGNUP, {"phone": PHONE}),
    (pages.VERIFY, {"code": "000000"}),
    (pages.CHOOSE_PASSWORD, {"password": PASSWORD}),
    (pages.RESEND, {}),
]


@pytest.mark.requirement("J06")
def test_the_number_sent_twice_sends_one_code(browser: Client) -> None:
    browser.get(pages.SIGNUP)
    for _click in range(2):
        assert pages.post(browser, pages.SIGNUP, {"phone": PHONE})["Location"] == pages.VERIFY
    assert len(pages.codes_sent_to(PHONE)) == 1


@pytest.mark.requirement("G03", "J06")
def test_the_code_sent_twice_leads_to_the_password(browser: Client) -> None:
    code = pages.start(browser)
    for _click in range(2):
        assert pages.post(browser, pages.VERIFY, {"code": code})["Location"] == pages.CHOOSE_PASSWORD


@pytest.mark.requirement("G03", "J06")
def test_the_slower_half_of_a_double_click_on_the_code_leads_on_too(browser: Client) -> None:
    code = pages.start(browser)
    late = Client(REMOTE_ADDR=browser.defaults["REMOTE_ADDR"])
    late.cookies["browser"] = browser.cookies["browser"].value
    pages.post(browser, pages.VERIFY, {"code": code})
    # The cookies of before the proof are worth nothing after it.
    assert pages.post(late, pages.VERIFY, {"code": code})["Location"] == pages.SIGNUP
    assert pages.post(late, pages.CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == pages.SIGNUP
    assert pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == pages.PROFILE


@pytest.mark.requirement("J06")
def test_the_password_sent_twice_makes_one_account_and_leads_on(browser: Client, events: list[Event]) -> None:
    pages.prove_number(browser)
    for _click in range(2):
        assert pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == pages.PROFILE
    assert User.objects.count() == SsoSession.objects.count() == 1
    assert [event.name for event in events].count("person.signed_up") == 1


def test_the_profile_sent_twice_keeps_the_first(browser: Client) -> None:
    pages.sign_up(browser)
    for name in ("Bat", "Dorj"):
        assert pages.post(browser, pages.PROFILE, {"given_name": name})["Location"] == "/"
    assert User.objects.get().name == "Bat"


@pytest.mark.parametrize(("url", "data"), SENT_TWICE)
def test_a_page_of_a_finished_sign_up_leads_on(browser: Client, url: str, data: dict[str, str]) -> None:
    pages.sign_up(browser)
    response = pages.post(browser, url, data)
    assert response.status_code == 303
    assert response["Location"] == pages.PROFILE
    assert User.objects.count() == 1


@pytest.mark.parametrize("url", [pages.VERIFY, pages.RESEND, pages.CHOOSE_PASSWORD])
def test_a_step_without_the_ones_before_starts_at_the_number(browser: Client, url: str) -> None:
    for response in (browser.get(url), pages.post(browser, url, {"code": "123456", "password": PASSWORD})):
        assert (response.status_code, response["Location"]) == (303, pages.SIGNUP)
    assert "start again" in browser.get(pages.SIGNUP).content.decode()


def test_the_profile_is_for_people_who_are_signed_in(browser: Client) -> None:
    for response in (browser.get(pages.PROFILE), pages.post(browser, pages.PROFILE, {"given_name": "Bat"})):
        assert (response.status_code, response["Location"]) == (303, pages.LOGIN)


@pytest.mark.requirement("H06")
def test_the_password_cannot_be_set_before_the_code_was_right(browser: Client) -> None:
    pages.start(browser)
    response = pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD})
    assert response["Location"] == pages.VERIFY
    assert not User.objects.exists()


def test_a_proven_number_entered_again_goes_on_with_the_password(browser: Client) -> None:
    pages.prove_number(browser)
    assert pages.post(browser, pages.SIGNUP, {"phone": PHONE})["Location"] == pages.VERIFY
    assert browser.get(pages.VERIFY)["Location"] == pages.CHOOSE_PASSWORD
    assert pages.post(browser, pages.RESEND)["Location"] == pages.VERIFY
    assert len(pages.codes_sent_to(PHONE)) == 1


def test_a_sign_up_that_waits_too_long_starts_again(browser: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pages.prove_number(browser)
        clock.shift(timedelta(minutes=16))
        response = pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD})
    assert response["Location"] == pages.SIGNUP
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "url", [pages.SIGNUP, pages.VERIFY, pages.CHOOSE_PASSWORD, pages.PROFILE, pages.LOGIN]
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/xml"])
def test_a_body_of_the_wrong_type_gets_a_page_that_says_what_is_missing(
    browser: Client, url: str, content_type: str
) -> None:
    if url in {pages.VERIFY, pages.CHOOSE_PASSWORD}:
        pages.start(browser)
    response = browser.post(url, data='{"phone": "99112233"}', content_type=content_type)
    assert response.status_code in {303, 400}
    assert not User.objects.exists()


@pytest.mark.parametrize("url", [pages.SIGNUP, pages.VERIFY, pages.LOGIN, pages.LOGOUT])
def test_other_methods_are_refused(browser: Client, url: str) -> None:
    assert browser.delete(url).status_code == browser.put(url).status_code == 405


@pytest.mark.requirement("J06")
def test_the_loser_of_two_sign_ups_of_one_number_is_sent_to_sign_in(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pages.prove_number(browser)
        clock.shift(timedelta(seconds=400))
        rival = new_browser()
        pages.prove_number(rival)
        assert pages.post(rival, pages.CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == pages.PROFILE
        late = pages.post(browser, pages.CHOOSE_PASSWORD, {"password": "another long password"})
    assert late.status_code == 200
    assert "has an account already" in late.content.decode()
    assert f'href="{pages.LOGIN}"' in late.content.decode()
    assert User.objects.get().check_password(PASSWORD)
    assert not pages.is_signed_in(browser)


@pytest.mark.requirement("J06")
def test_a_number_taken_between_the_check_and_the_insert_is_no_error(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages.prove_number(browser)
    hash_password = User.set_password

    def slowly(user: User, raw: str | None) -> None:
        monkeypatch.setattr(User, "set_password", hash_password)
        create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
        hash_password(user, raw)

    monkeypatch.setattr(User, "set_password", slowly)
    response = pages.post(browser, pages.CHOOSE_PASSWORD, {"password": "another long password"})
    assert response["Location"] == pages.CHOOSE_PASSWORD
    assert "has an account already" in browser.get(pages.CHOOSE_PASSWORD).content.decode()
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.race
@pytest.mark.requirement("J06")
def test_twenty_parallel_sign_ups_of_one_number_make_one_account(
    transactional_db: None, events: list[Event]
) -> None:
    if "mode=memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads cannot share a database in memory")
    at_once = threading.Barrier(20)
    outcomes: list[str] = []

    def sign_up(number: int) -> None:
        pending = PendingCode(
            purpose="signup",
            phone=PHONE,
            binding=f"browser-{number}",
            sub=str(uuid.uuid4()),
            proven_at=timezone.now().timestamp(),
        )
        at_once.wait(60)
        try:
            flow.finish(pending, password=PASSWORD, caller=Caller())
            outcomes.append("made")
        except PhoneTaken:
            outcomes.append("taken")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sign_up, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] + ["taken"] * 19
    assert User.objects.count() == 1
    assert [event.name for event in events].count("person.signed_up") == 1

"""Signing up: number, code, password, profile."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from core_app.events import Event
from messaging_app.gateways import memory
from sessions_app.models import SsoSession
from tests.phone_auth import pages
from tests.phone_auth.pages import ARABIC_ZERO, PASSWORD, PHONE, WIDE_ZERO, in_digits_from
from tests.short_codes import stands_in


@pytest.mark.requirement("F20")
def test_a_person_signs_up_with_number_code_and_password(browser: Client, events: list[Event]) -> None:
    pages.sign_up(browser)
    response = pages.post(
        browser, pages.PROFILE, {"given_name": "Bat", "family_name": "Erdene", "email": "bat@example.com"}
    )

    assert (response.status_code, response["Location"]) == (303, "/")
    person = User.objects.get()
    assert (person.phone, person.given_name, person.name) == (PHONE, "Bat", "Bat Erdene")
    assert person.email == "bat@example.com"
    assert person.phone_proven_at is not None
    assert person.email_verified_at is None
    assert person.check_password(PASSWORD)
    session = SsoSession.objects.get()
    assert session.user == person
    assert session.amr == ["sms"]
    assert [event.name for event in events].count("person.signed_up") == 1


@pytest.mark.requirement("J06")
def test_nobody_exists_before_the_number_is_proven_and_a_password_chosen(browser: Client) -> None:
    pages.prove_number(browser)
    assert not User.objects.exists()
    assert not pages.is_signed_in(browser)


@pytest.mark.requirement("J06")
def test_no_page_carries_the_state_of_the_sign_up(browser: Client) -> None:
    code = pages.start(browser)
    page = browser.get(pages.VERIFY).content.decode()
    assert 'type="hidden" name="next"' not in page.split("</main>")[0]
    assert PHONE not in page
    assert not stands_in(page, code)


def test_the_profile_can_be_skipped(browser: Client) -> None:
    pages.prove_number(browser)
    target = "/o/authorize/?request=abc"
    response = browser.post(
        f"{pages.CHOOSE_PASSWORD}?next=%2Fo%2Fauthorize%2F%3Frequest%3Dabc", {"password": PASSWORD}
    )
    profile = browser.get(response["Location"])
    assert f'href="{target}"' in profile.content.decode()


@pytest.mark.requirement("A09")
@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil"])
def test_the_way_back_never_leaves_this_server(browser: Client, target: str) -> None:
    response = browser.post(f"{pages.SIGNUP}?next={target}", {"phone": PHONE})
    assert response["Location"] == pages.VERIFY


def test_the_way_back_is_kept_through_every_step(browser: Client) -> None:
    query = "?next=%2Fo%2Fauthorize%2F%3Frequest%3Dabc"
    started = browser.post(pages.SIGNUP + query, {"phone": PHONE})
    assert started["Location"] == pages.VERIFY + query
    proven = browser.post(started["Location"], {"code": pages.codes_sent_to(PHONE)[-1]})
    assert proven["Location"] == pages.CHOOSE_PASSWORD + query
    made = browser.post(proven["Location"], {"password": PASSWORD})
    assert made["Location"] == pages.PROFILE + query
    assert browser.post(made["Location"], {"given_name": "Bat"})["Location"] == "/o/authorize/?request=abc"


@pytest.mark.requirement("G10")
@pytest.mark.parametrize(
    "spelling",
    [
        "99112233",
        "9911 2233",
        "+976 9911-2233",
        "+976 (9911) 22.33",
        in_digits_from(ARABIC_ZERO, "99112233"),
        in_digits_from(WIDE_ZERO, PHONE),
    ],
)
def test_every_spelling_is_the_same_number(browser: Client, spelling: str) -> None:
    assert pages.post(browser, pages.SIGNUP, {"phone": spelling}).status_code == 303
    assert [sent.to for sent in memory.delivered] == [PHONE]


@pytest.mark.requirement("G09")
@pytest.mark.parametrize(
    "spelling",
    [
        "",
        " ",
        "abc",
        "123",
        "+1 800 FLOWERS",
        "+881612345678",
        "+3531550123456",
        f"{PHONE};ext=5",
        "9" * 300,
        "9\x009",
    ],
)
def test_a_number_that_cannot_get_sms_is_refused_with_advice(browser: Client, spelling: str) -> None:
    response = pages.post(browser, pages.SIGNUP, {"phone": spelling})
    assert response.status_code == 400
    assert 'class="field-error"' in response.content.decode()
    assert not memory.delivered


@pytest.mark.requirement("G03", "G04")
def test_a_wrong_code_is_refused_and_the_right_one_still_works(browser: Client) -> None:
    code = pages.start(browser)
    refused = pages.post(browser, pages.VERIFY, {"code": pages.wrong(code)})
    assert refused.status_code == 400
    assert "not the code" in refused.content.decode()
    assert pages.post(browser, pages.VERIFY, {"code": code}).status_code == 303


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34 5x", "1234५x"])
def test_what_cannot_be_a_code_costs_no_try(browser: Client, typed: str) -> None:
    code = pages.start(browser)
    for _again in range(5):
        assert pages.post(browser, pages.VERIFY, {"code": typed}).status_code == 400
    assert pages.post(browser, pages.VERIFY, {"code": code}).status_code == 303


def test_a_code_may_be_typed_with_blanks_and_other_digits(browser: Client) -> None:
    code = pages.start(browser)
    typed = in_digits_from(ARABIC_ZERO, f"{code[:3]} {code[3:]}")
    assert pages.post(browser, pages.VERIFY, {"code": typed}).status_code == 303


@pytest.mark.requirement("G02")
def test_an_expired_code_is_refused_and_a_new_one_helps(browser: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = pages.start(browser)
        clock.shift(timedelta(seconds=121))
        late = pages.post(browser, pages.VERIFY, {"code": code})
        assert late.status_code == 400
        assert "new one" in late.content.decode()
        assert pages.post(browser, pages.RESEND).status_code == 303
        assert pages.post(browser, pages.VERIFY, {"code": pages.codes_sent_to(PHONE)[-1]}).status_code == 303


@pytest.mark.requirement("G05")
def test_too_many_wrong_codes_close_the_number_for_a_while(browser: Client) -> None:
    code = pages.start(browser)
    answers = [pages.post(browser, pages.VERIFY, {"code": pages.wrong(code)}) for _try in range(4)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert pages.post(browser, pages.VERIFY, {"code": code}).status_code == 429


def test_a_new_code_is_sent_once_the_countdown_is_over(browser: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = pages.start(browser)
        assert 'data-seconds="30"' in browser.get(pages.VERIFY).content.decode()
        pages.post(browser, pages.RESEND)
        assert pages.codes_sent_to(PHONE) == [first]
        assert "just sent" in browser.get(pages.VERIFY).content.decode()

        clock.shift(timedelta(seconds=31))
        assert "data-seconds" not in browser.get(pages.VERIFY).content.decode()
        assert pages.post(browser, pages.RESEND)["Location"] == pages.VERIFY
        assert len(pages.codes_sent_to(PHONE)) == 2


def test_another_number_can_be_used_instead(browser: Client) -> None:
    pages.start(browser)
    assert 'href="/signup/?prompt=login"' in browser.get(pages.VERIFY).content.decode()
    pages.prove_number(browser, pages.OTHER_PHONE)
    pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD})
    assert User.objects.get().phone == pages.OTHER_PHONE


@pytest.mark.requirement("G07")
def test_a_code_is_of_no_use_in_another_browser(browser: Client, new_browser: Callable[[], Client]) -> None:
    code = pages.start(browser)
    stranger = new_browser()
    assert pages.post(stranger, pages.VERIFY, {"code": code})["Location"] == pages.SIGNUP
    assert pages.post(stranger, pages.CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == pages.SIGNUP
    assert not User.objects.exists()


@pytest.mark.requirement("login:F03", "login:F01")
@pytest.mark.parametrize("password", ["", "short", "password123", f"my number is {PHONE[4:]}", "x" * 1001])
def test_a_weak_password_is_refused_with_the_rule(browser: Client, password: str) -> None:
    pages.prove_number(browser)
    response = pages.post(browser, pages.CHOOSE_PASSWORD, {"password": password})
    assert response.status_code == 400
    assert 'class="field-error"' in response.content.decode()
    assert not User.objects.exists()
    assert pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD}).status_code == 303


def test_a_wrong_profile_is_refused_and_can_be_mended(browser: Client) -> None:
    pages.sign_up(browser)
    for data in ({"email": "nobody"}, {"given_name": "Bat\x1b[0m"}, {"family_name": "x" * 300}):
        assert pages.post(browser, pages.PROFILE, data).status_code == 400
    assert pages.post(browser, pages.PROFILE, {"given_name": "", "email": ""})["Location"] == "/"


@pytest.mark.requirement("feature:F12")
@pytest.mark.usefixtures("standing_still")
def test_too_many_sign_ups_from_one_address_have_to_wait(browser: Client, settings: object) -> None:
    settings.SIGNUP_STARTS_PER_IP_PER_HOUR = 2  # type: ignore[attr-defined]
    numbers = [f"+9769911220{last}" for last in range(3)]
    answers = [pages.post(browser, pages.SIGNUP, {"phone": number}) for number in numbers]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "<h1>" in answers[-1].content.decode()
    assert len(memory.delivered) == 2


@pytest.mark.requirement("I01")
def test_proving_the_number_changes_the_session_and_ends_the_old_one(browser: Client) -> None:
    pages.sign_up(browser)
    browser.post(pages.LOGOUT)
    code = pages.start(browser, pages.OTHER_PHONE)
    before = browser.cookies.get("session")
    pages.post(browser, pages.VERIFY, {"code": code})
    proven = browser.cookies["session"].value
    assert before is None or before.value != proven
    pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD})
    assert browser.cookies["session"].value != proven


@pytest.mark.requirement("G12", "L03")
def test_nothing_secret_is_told_to_the_record(browser: Client, events: list[Event]) -> None:
    pages.sign_up(browser)
    told = " ".join(str(event) for event in events)
    for secret in (PHONE, PHONE[1:], PASSWORD, *pages.codes_sent_to(PHONE)):
        assert secret not in told

"""Signing in with number and password."""

from collections.abc import Callable

import pytest
from axes.utils import reset
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person, deactivate
from core_app.events import Event
from sessions_app.models import SsoSession
from tests.phone_auth import pages
from tests.phone_auth.pages import OTHER_PHONE, PASSWORD, PHONE, WIDE_ZERO, in_digits_from

ADVICE = "is not right. Check both"


@pytest.mark.requirement("F20")
def test_a_person_signs_in_and_is_sent_where_they_wanted(browser: Client, person: User) -> None:
    query = "?next=%2Fo%2Fauthorize%2F%3Frequest%3Dabc"
    response = browser.post(pages.LOGIN + query, {"phone": PHONE, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (303, "/o/authorize/?request=abc")
    session = SsoSession.objects.get()
    assert (session.user, session.amr) == (person, ["pwd"])


@pytest.mark.requirement("G10")
@pytest.mark.parametrize(
    "spelling", ["99112233", "+976-9911-2233", " 9911 2233 ", in_digits_from(WIDE_ZERO, "99112233")]
)
def test_any_spelling_of_the_number_signs_in(browser: Client, person: User, spelling: str) -> None:
    assert pages.sign_in(browser, spelling)["Location"] == "/"


@pytest.mark.requirement("login:F04")
def test_a_password_is_the_same_however_its_letters_are_composed(browser: Client) -> None:
    pages.sign_up(browser, password="cafe\u0301 au lait \ufb01n")
    pages.post(browser, pages.LOGOUT)
    assert pages.sign_in(browser, password="caf\u00e9 au lait fin").status_code == 303


@pytest.mark.requirement("login:F01")
def test_long_passwords_are_not_cut(browser: Client) -> None:
    create_person(phone=PHONE, password="x" * 200, phone_proven_at=timezone.now())
    assert pages.sign_in(browser, password="x" * 199 + "y").status_code == 400
    assert pages.sign_in(browser, password="x" * 200).status_code == 303


@pytest.mark.requirement("login:F06")
def test_an_older_hash_is_upgraded_when_its_owner_signs_in(browser: Client, person: User) -> None:
    User.objects.update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    pages.sign_in(browser)
    person.refresh_from_db()
    assert person.password.startswith("argon2")


def _unknown() -> None:
    assert not User.objects.exists()


def _wrong_password() -> None:
    create_person(phone=PHONE, password="some other password", phone_proven_at=timezone.now())


def _without_password() -> None:
    create_person(phone=PHONE, password=None, phone_proven_at=timezone.now())


def _deactivated() -> None:
    deactivate(user=create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now()))


REASONS = [_unknown, _wrong_password, _without_password, _deactivated]


@pytest.mark.requirement("login:F07", "J07")
@pytest.mark.parametrize("prepare", REASONS)
def test_every_reason_to_refuse_gets_the_same_words(browser: Client, prepare: Callable[[], None]) -> None:
    prepare()
    response = pages.sign_in(browser)
    assert response.status_code == 400
    assert ADVICE in response.content.decode()
    assert PASSWORD not in response.content.decode()
    assert not SsoSession.objects.exists()


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("login:F07")
def test_every_reason_to_refuse_looks_and_costs_the_same(
    new_browser: Callable[[], Client],
) -> None:
    seen: list[tuple[str, int]] = []
    for prepare in REASONS:
        User.objects.all().delete()
        reset(username=PHONE)
        prepare()
        browser = new_browser()
        with CaptureQueriesContext(connection) as queries:
            response = pages.sign_in(browser)
        seen.append((pages.page_text(response), len(queries)))
    assert len(set(seen)) == 1


@pytest.mark.requirement("login:F07")
@pytest.mark.parametrize("prepare", REASONS)
def test_every_refusal_hashes_exactly_once(
    browser: Client, prepare: Callable[[], None], hashes: list[str]
) -> None:
    prepare()
    hashes.clear()
    pages.sign_in(browser)
    assert len(hashes) == 1


@pytest.mark.requirement("F23")
def test_three_failures_lock_the_number_even_for_the_right_password(
    new_browser: Callable[[], Client], person: User
) -> None:
    answers = [pages.sign_in(new_browser(), password="wrong wrong wrong") for _try in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [400, 400]
    locked = pages.sign_in(new_browser())
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert not SsoSession.objects.exists()


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("F23", "login:F07")
def test_an_unknown_number_is_locked_like_a_known_one(
    new_browser: Callable[[], Client], person: User
) -> None:
    def walk(phone: str) -> list[int]:
        return [pages.sign_in(new_browser(), phone, "wrong wrong wrong").status_code for _try in range(4)]

    assert walk(PHONE) == walk(OTHER_PHONE)


@pytest.mark.requirement("L03", "L01")
def test_a_refusal_is_recorded_without_number_and_password(
    browser: Client, person: User, events: list[Event]
) -> None:
    pages.sign_in(browser, password="wrong wrong wrong")
    (event,) = [event for event in events if event.name == "login.failed"]
    assert (event.outcome, event.reason, event.user_id) == ("refused", "wrong_credentials", person.pk)
    assert event.subject == "+976 •••••• 33"
    assert event.caller is not None
    assert event.caller.ip == browser.defaults["REMOTE_ADDR"]
    for secret in (PHONE, "99112233", "wrong wrong"):
        assert secret not in str(event)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"phone": PHONE},
        {"password": PASSWORD},
        {"phone": "abc", "password": PASSWORD},
        {"phone": PHONE, "password": "x" * 1001},
    ],
)
def test_an_incomplete_form_says_what_is_missing(browser: Client, person: User, data: dict[str, str]) -> None:
    response = pages.post(browser, pages.LOGIN, data)
    assert response.status_code == 400
    assert 'class="field-error"' in response.content.decode()


def test_the_number_an_app_hints_at_is_filled_in(browser: Client) -> None:
    page = browser.get(f"{pages.LOGIN}?login_hint=%2B97699112233").content.decode()
    assert f'value="{PHONE}"' in page


@pytest.mark.requirement("K06")
def test_a_hint_that_is_no_number_is_not_repeated(browser: Client) -> None:
    page = browser.get(f'{pages.LOGIN}?login_hint="><script>alert(1)</script>').content.decode()
    assert "alert(1)" not in page.split("</main>")[0]
    assert "<script>alert" not in page


def test_the_way_to_sign_up_keeps_where_the_person_wanted_to_go(browser: Client) -> None:
    page = browser.get(f"{pages.LOGIN}?next=/o/authorize/%3Frequest%3Dabc").content.decode()
    assert 'href="/signup/?next=%2Fo%2Fauthorize%2F%3Frequest%3Dabc"' in page


@pytest.mark.parametrize("url", [pages.LOGIN, pages.SIGNUP])
def test_somebody_signed_in_may_go_on_or_be_somebody_else(browser: Client, person: User, url: str) -> None:
    pages.sign_in(browser)
    page = browser.get(f"{url}?next=/o/authorize/%3Frequest%3Dabc").content.decode()
    assert "Continue as" in page
    assert 'href="/o/authorize/?request=abc"' in page
    assert f'href="{url}?next=%2Fo%2Fauthorize%2F%3Frequest%3Dabc&amp;prompt=login"' in page
    assert PHONE not in page
    assert 'name="phone"' in browser.get(f"{url}?prompt=login").content.decode()


def test_choosing_the_account_is_said_to_whoever_asked(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    page = browser.get(
        f"{pages.LOGIN}?next=/o/authorize/%3Frequest%3Dabc&prompt=select_account"
    ).content.decode()
    assert 'href="/o/authorize/?request=abc&amp;account=current"' in page


@pytest.mark.requirement("C15")
def test_somebody_else_can_sign_in_in_the_same_browser(browser: Client, person: User) -> None:
    other = create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    pages.sign_in(browser)
    pages.sign_in(browser, OTHER_PHONE)
    assert SsoSession.objects.get(ended_at=None).user == other
    assert SsoSession.objects.count() == 2


@pytest.mark.requirement("login:F05", "F30")
def test_the_form_tells_password_managers_what_it_asks_for(browser: Client) -> None:
    page = browser.get(pages.LOGIN).content.decode()
    assert 'type="tel"' in page
    assert 'inputmode="tel"' in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "novalidate" not in page


@pytest.mark.requirement("K05")
def test_pages_with_secrets_are_never_kept(browser: Client) -> None:
    assert "no-store" in browser.get(pages.LOGIN)["Cache-Control"]

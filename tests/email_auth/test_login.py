"""Signing in with address and password."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person, deactivate, update_profile
from core_app.events import Event
from sessions_app.models import SsoSession
from tests.email_auth import pages
from tests.email_auth.conftest import make_person
from tests.email_auth.pages import EMAIL, LOGIN, OTHER_EMAIL, PASSWORD, post, sign_in
from tests.oauth import PHONE

NewBrowser = Callable[[], Client]
# The product's own hashers, with the cheap form of the first one.
HASHERS = [
    "tests.hashers.CheapArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "accounts_app.hashers.ImportedBcrypt",
]


@pytest.mark.requirement("F25")
def test_address_and_password_sign_in(browser: Client, person: User, events: list[Event]) -> None:
    answer = post(browser, f"{LOGIN}?next=/account/", {"email": "Bat@Example.com", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    assert pages.is_signed_in(browser)
    assert SsoSession.objects.get().amr == ["pwd"]
    assert [event.name for event in events] == ["device.new", "session.started"]


@pytest.mark.requirement("login:F07")
def test_every_reason_to_refuse_has_one_answer(
    new_browser: NewBrowser, person: User, hashes: list[str]
) -> None:
    deactivate(user=make_person("shut@example.com"))
    make_person("nopassword@example.com", password=None)
    typed = create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    update_profile(user=typed, email="typed@example.com")
    answers = {}
    for email in (
        EMAIL,
        "unknown@example.com",
        "shut@example.com",
        "nopassword@example.com",
        "typed@example.com",
    ):
        hashes.clear()
        given = "a wrong password" if email == EMAIL else PASSWORD
        answer = sign_in(new_browser(), email, given)
        text = pages.text_of(answer).replace(email, "")
        answers[email] = (answer.status_code, text[text.index("<main") : text.index("</main")], len(hashes))
    assert len({(status, work) for status, _text, work in answers.values()}) == 1, answers
    without_tokens = {
        "".join(line for line in text.splitlines() if "csrf" not in line)
        for _status, text, _work in answers.values()
    }
    assert len(without_tokens) == 1


@pytest.mark.requirement("J02")
def test_an_address_that_was_only_typed_into_a_profile_opens_nothing(
    browser: Client, transactional_db: None
) -> None:
    somebody = create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    update_profile(user=somebody, email=EMAIL)
    assert sign_in(browser).status_code == 400


@pytest.mark.requirement("F23", "G16", "login:F08")
def test_three_failures_lock_the_address_for_an_hour(
    new_browser: NewBrowser, person: User, events: list[Event]
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _try in range(3):
            sign_in(new_browser(), EMAIL, "a wrong password")
        locked = sign_in(new_browser())
        assert locked.status_code == 429
        assert 3500 < int(locked["Retry-After"]) <= 3600
        clock.shift(timedelta(hours=1, seconds=1))
        assert sign_in(new_browser()).status_code == 303
    failures = [event for event in events if event.name == "login.failed"]
    assert {event.subject for event in failures} == {"b•••@example.com"}
    assert {event.reason for event in failures} == {"wrong_credentials", "locked"}


@pytest.mark.requirement("login:F08", "F23")
def test_an_unknown_address_is_locked_alike(new_browser: NewBrowser, transactional_db: None) -> None:
    answers = [sign_in(new_browser(), "unknown@example.com").status_code for _try in range(4)]
    assert answers in ([400, 400, 400, 429], [400, 400, 429, 429])


@pytest.mark.requirement("login:F09")
def test_strangers_cannot_keep_the_owner_out(browser: Client, new_browser: NewBrowser, person: User) -> None:
    sign_in(browser)
    for _try in range(4):
        sign_in(new_browser(), EMAIL, "a wrong password")
    post(browser, pages.LOGOUT)
    assert sign_in(new_browser()).status_code == 429
    assert sign_in(browser).status_code == 303


def test_the_number_of_the_same_person_is_counted_by_itself(
    new_browser: NewBrowser, transactional_db: None
) -> None:
    make_person(EMAIL, phone=PHONE, phone_proven_at=timezone.now())
    for _try in range(3):
        sign_in(new_browser(), EMAIL, "a wrong password")
    assert post(new_browser(), "/login/", {"phone": PHONE, "password": PASSWORD}).status_code == 303


@pytest.mark.requirement("login:F06", "F25")
@pytest.mark.parametrize("algorithm", ["pbkdf2_sha256", "pbkdf2_sha1", "scrypt", "bcrypt_sha256", "bcrypt"])
def test_hashes_of_other_systems_are_compared_and_replaced(
    browser: Client, person: User, settings: Any, algorithm: str
) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    User.objects.update(password=make_password(PASSWORD, hasher=algorithm))
    assert sign_in(browser, EMAIL, "a wrong password").status_code == 400
    person.refresh_from_db()
    assert person.password.startswith(f"{algorithm}$")
    assert sign_in(browser).status_code == 303
    person.refresh_from_db()
    assert person.password.startswith("argon2$argon2id$")
    assert person.check_password(PASSWORD)
    assert pages.is_signed_in(browser)


@pytest.mark.requirement("login:F06")
def test_a_long_password_was_cut_by_bcrypt_and_still_fits(
    browser: Client, person: User, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    long = "пароль " * 20
    User.objects.update(password=make_password(long, hasher="bcrypt"))
    assert sign_in(browser, EMAIL, long).status_code == 303


@pytest.mark.requirement("login:F06")
@pytest.mark.parametrize("broken", ["bcrypt$", "bcrypt$$2b$", "bcrypt$$2b$04$short", "unheard$of", "!", ""])
def test_a_hash_that_cannot_be_read_opens_nothing(
    browser: Client, person: User, settings: Any, broken: str
) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    User.objects.update(password=broken)
    assert sign_in(browser).status_code == 400
    assert sign_in(browser, EMAIL, "x" * 100).status_code == 400


@pytest.mark.requirement("login:F06")
def test_an_upgrade_never_brings_an_old_password_back(person: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    User.objects.update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    stale = get_user_model().objects.get()
    User.objects.update(password=make_password(pages.NEW_PASSWORD))
    assert stale.check_password(PASSWORD)
    person.refresh_from_db()
    assert person.check_password(pages.NEW_PASSWORD)
    assert not person.check_password(PASSWORD)


@pytest.mark.requirement("login:F04")
def test_composed_and_decomposed_spellings_are_one_password(browser: Client, transactional_db: None) -> None:
    make_person(EMAIL, password="cafe\u0301 au lait")
    assert sign_in(browser, EMAIL, "caf\u00e9 au lait").status_code == 303


@pytest.mark.requirement("login:F05", "K08")
def test_password_managers_find_their_way(browser: Client, transactional_db: None) -> None:
    page = pages.text_of(browser.get(LOGIN))
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "maxlength" not in page.partition('name="password"')[2].partition(">")[0]


@pytest.mark.requirement("F25", "H08")
def test_both_ways_lead_to_each_other_and_carry_on_what_was_asked(
    browser: Client, transactional_db: None
) -> None:
    query = "?next=%2Faccount%2F&amp;prompt=login"
    for here, there in (
        ("/login/", LOGIN), (LOGIN, "/login/"), ("/signup/", pages.SIGNUP), (pages.SIGNUP, "/signup/"),
        ("/password/forgot/", pages.RESET), (pages.RESET, "/password/forgot/"),
    ):  # fmt: skip
        page = pages.text_of(browser.get(f"{here}?next=/account/&prompt=login"))
        assert f'href="{there}{query}"' in page, here
        assert f'href="{here}?' not in page.partition('class="stack ways-in"')[2].partition("</div>")[0]


def test_an_app_may_name_the_address(browser: Client, transactional_db: None) -> None:
    page = pages.text_of(browser.get(f"{LOGIN}?login_hint=Bat@Example.com"))
    assert f'value="{EMAIL}"' in page
    assert (
        "value="
        not in pages.text_of(browser.get(f"{LOGIN}?login_hint=%22%3E"))
        .partition('name="email"')[2]
        .partition(">")[0]
    )


def test_whoever_has_just_been_told_that_the_address_is_known_types_only_the_password(
    browser: Client, person: User
) -> None:
    pages.prove(browser, pages.SIGNUP)
    assert f'value="{EMAIL}"' in pages.text_of(browser.get(LOGIN))
    assert sign_in(browser)["Location"] == "/"


@pytest.mark.requirement("C15")
def test_somebody_else_in_the_same_browser_ends_the_first_sign_in(browser: Client, person: User) -> None:
    make_person(OTHER_EMAIL)
    sign_in(browser)
    sign_in(browser, OTHER_EMAIL)
    ended = SsoSession.objects.get(user=person)
    assert ended.end_reason == "replaced"

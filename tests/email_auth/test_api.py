"""The JSON doors: the same flows, limits and answers as the pages."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from sessions_app.models import SsoSession
from tests.email_auth import pages
from tests.email_auth.conftest import make_person
from tests.email_auth.pages import EMAIL, NEW_PASSWORD, OTHER_EMAIL, PASSWORD
from tests.oauth import introspect

NewBrowser = Callable[[], Client]
DEVICE = "an-app-installation-1"

pytestmark = [pytest.mark.requirement("F25", "F29"), pytest.mark.usefixtures("first_party")]


@pytest.fixture
def first_party(server: None) -> None:
    ensure_first_party_client()


def send(client: Client, path: str, token: str = "", **fields: Any) -> Any:
    headers: Any = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    return client.post(f"/api/auth/{path}/", json.dumps(fields), content_type="application/json", **headers)


def begin(client: Client, path: str = "register", email: str = EMAIL, **fields: Any) -> str:
    answer = send(client, path, email=email, **fields)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["session_id"])


def sign_in(client: Client, email: str = EMAIL, password: str = PASSWORD, **fields: Any) -> Any:
    return send(client, "login", email=email, password=password, **fields)


def test_address_code_and_password_give_an_account_and_tokens(browser: Client) -> None:
    session_id = begin(browser)
    answer = send(
        browser, "verify-email",
        session_id=session_id, code=pages.last_code(), password=PASSWORD, first_name="Bat",
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert {"access_token", "refresh_token", "id_token"} <= set(answer.json())
    assert answer["Cache-Control"] == "no-store"
    person = User.objects.get()
    assert (person.email_identifier, person.given_name) == (EMAIL, "Bat")
    assert SsoSession.objects.get().amr == ["email"]
    again = send(browser, "verify-email", session_id=session_id, code=pages.last_code(), password=PASSWORD)
    assert (again.status_code, again.json()["code"]) == (400, "session_expired")


def test_a_weak_password_is_told_before_the_code_is_used_up(browser: Client) -> None:
    session_id = begin(browser)
    code = pages.last_code()
    weak = send(browser, "verify-email", session_id=session_id, code=code, password="1234567")
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert not User.objects.exists()
    assert (
        send(browser, "verify-email", session_id=session_id, code=code, password=PASSWORD).status_code == 200
    )


def test_that_an_address_is_known_is_said_after_its_proof_only(browser: Client, person: User) -> None:
    session_id = begin(browser)
    wrong = send(
        browser, "verify-email", session_id=session_id, code=pages.wrong(pages.last_code()), password=PASSWORD
    )
    assert (wrong.status_code, wrong.json()["code"]) == (400, "otp_wrong")
    taken = send(
        browser, "verify-email", session_id=session_id, code=pages.last_code(), password=NEW_PASSWORD
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_the_link_of_an_app_s_e_mail_sends_people_back_to_the_app(
    browser: Client, new_browser: NewBrowser
) -> None:
    session_id = begin(browser)
    mailbox = new_browser()
    assert "Enter the code where you began" in pages.text_of(pages.post(mailbox, pages.last_link()))
    done = send(browser, "verify-email", session_id=session_id, code=pages.last_code(), password=PASSWORD)
    assert done.status_code == 200


def test_address_and_password_sign_in(browser: Client, person: User) -> None:
    assert sign_in(browser, "BAT@example.com").status_code == 200
    wrong = sign_in(browser, password="a wrong password")
    unknown = sign_in(browser, "unknown@example.com")
    assert wrong.json() == unknown.json()
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_credentials")


@pytest.mark.requirement("G16", "F23")
def test_the_pages_and_the_api_count_together(browser: Client, new_browser: NewBrowser, person: User) -> None:
    pages.sign_in(new_browser(), EMAIL, "a wrong password")
    answers = [sign_in(new_browser(), password="a wrong password") for _try in range(3)]
    assert [answer.status_code for answer in answers] == [400, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 3000
    assert pages.sign_in(new_browser()).status_code == 429


@pytest.mark.requirement("login:F09")
def test_a_known_device_is_not_kept_out_by_strangers(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    assert sign_in(browser, device_id=DEVICE).status_code == 200
    for _try in range(4):
        sign_in(new_browser(), password="a wrong password")
    assert sign_in(new_browser(), device_id="an-app-installation-2").status_code == 429
    assert sign_in(new_browser(), device_id=DEVICE).status_code == 200


@pytest.mark.requirement("login:F12")
def test_a_forgotten_password_is_set_anew_and_signs_nobody_in(
    browser: Client, person: User, api: tuple[str, str]
) -> None:
    old = sign_in(browser).json()["access_token"]
    session_id = begin(browser, "password/forgot")
    weak = send(browser, "password/reset", session_id=session_id, code=pages.last_code(), password="short")
    assert weak.status_code == 422
    done = send(
        browser, "password/reset", session_id=session_id, code=pages.last_code(), password=NEW_PASSWORD
    )
    assert (done.status_code, done.content) == (204, b"")
    assert introspect(browser, old, api) == {"active": False}
    assert sign_in(browser).status_code == 400
    assert sign_in(browser, password=NEW_PASSWORD).status_code == 200
    again = send(browser, "password/reset", session_id=session_id, code=pages.last_code(), password=PASSWORD)
    assert again.json()["code"] == "session_expired"


@pytest.mark.requirement("login:F12")
def test_a_password_that_is_weak_for_this_person_alone_needs_no_second_code(
    browser: Client, person: User
) -> None:
    User.objects.update(name="Batbayar Ganbold")
    session_id = begin(browser, "password/forgot")
    fields = {"session_id": session_id, "code": pages.last_code()}
    assert send(browser, "password/reset", password="I am Batbayar Ganbold", **fields).status_code == 422
    assert send(browser, "password/reset", session_id=session_id, password=NEW_PASSWORD).status_code == 204


@pytest.mark.requirement("login:F12", "H06")
def test_no_step_of_a_reset_can_be_skipped(browser: Client, person: User) -> None:
    session_id = begin(browser, "password/forgot")
    without = send(browser, "password/reset", session_id=session_id, password=NEW_PASSWORD)
    assert (without.status_code, without.json()["code"]) == (400, "otp_wrong")
    signup_id = begin(browser)
    other = send(
        browser, "password/reset", session_id=signup_id, code=pages.last_code(), password=NEW_PASSWORD
    )
    assert other.status_code in {400, 422}
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("G11", "login:F07")
def test_a_forgotten_password_of_nobody_answers_alike(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    known, unknown = (
        send(new_browser(), "password/forgot", email=email) for email in (EMAIL, "no@example.com")
    )
    assert known.status_code == unknown.status_code == 200
    assert set(known.json()) == set(unknown.json()) == {"session_id"}
    assert [letter.to for letter in mail.outbox] == [[EMAIL]]
    guess = send(
        browser, "password/reset",
        session_id=unknown.json()["session_id"], code="12345678", password=NEW_PASSWORD,
    )  # fmt: skip
    assert guess.json()["code"] == "otp_wrong"


@pytest.mark.requirement("C13")
def test_a_new_password_ends_the_other_sign_ins_and_their_tokens(
    browser: Client, new_browser: NewBrowser, person: User, api: tuple[str, str]
) -> None:
    mine, other = sign_in(browser).json()["access_token"], sign_in(new_browser()).json()["access_token"]
    wrong = send(browser, "password/change", mine, current_password="wrong", new_password=NEW_PASSWORD)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_password")
    weak = send(browser, "password/change", mine, current_password=PASSWORD, new_password="short")
    assert weak.json()["code"] == "weak_password"
    done = send(browser, "password/change", mine, current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert done.status_code == 204, done.content
    assert introspect(browser, mine, api)["active"] is True
    assert introspect(browser, other, api) == {"active": False}
    assert sign_in(new_browser(), password=NEW_PASSWORD).status_code == 200


def test_a_new_password_wants_somebody_who_is_signed_in(browser: Client, person: User) -> None:
    fields = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert send(browser, "password/change", **fields).status_code == 401
    pages.sign_in(browser)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert send(strict, "password/change", **fields).json()["code"] == "csrf_failed"
    assert send(browser, "password/change", **fields).status_code == 204
    assert pages.is_signed_in(browser)


@pytest.mark.requirement("H07")
def test_a_first_password_by_json_wants_a_fresh_sign_in(browser: Client, person: User) -> None:
    token = sign_in(browser).json()["access_token"]
    User.objects.update(password="!")
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        late = send(browser, "password/change", token, new_password=NEW_PASSWORD)
    assert (late.status_code, late.json()["code"]) == (403, "login_required")
    assert send(browser, "password/change", token, new_password=NEW_PASSWORD).status_code == 204


@pytest.mark.requirement("B08")
@pytest.mark.parametrize("path", ["register", "verify-email", "login", "password/forgot", "password/reset"])
@pytest.mark.parametrize(
    "fields",
    [{}, {"email": 7}, {"email": "no address", "password": "x"}, {"session_id": "x", "code": "1", "password": "x"},
     {"email": "a\u0000@example.com", "password": "\u0000"}, {"email": EMAIL, "password": "x", "unknown": 1}],
)  # fmt: skip
def test_bad_input_gets_a_problem_and_never_a_500(browser: Client, path: str, fields: dict[str, Any]) -> None:
    answer = send(browser, path, **fields)
    assert answer.status_code in {200, 400, 422}
    if answer.status_code != 200:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"]
    assert not User.objects.exists()


def test_sessions_are_of_use_to_their_own_step_alone(browser: Client) -> None:
    make_person(OTHER_EMAIL)
    session_id = begin(browser, "password/forgot", OTHER_EMAIL)
    answer = send(browser, "verify-email", session_id=session_id, code="123456", password=PASSWORD)
    assert answer.json()["code"] == "session_expired"


def test_the_documentation_has_every_door(browser: Client) -> None:
    paths = browser.get("/api/openapi.json").json()["paths"]
    assert {
        "/api/auth/register/", "/api/auth/verify-email/", "/api/auth/login/", "/api/auth/password/forgot/",
        "/api/auth/password/reset/", "/api/auth/password/change/",
    } <= set(paths)  # fmt: skip

"""The JSON API: apps that show their own pages finish a sign-in here, and people keep their factors."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from mfa_app.models import TotpFactor
from sessions_app.models import SsoSession
from tests.mfa.key import SoftKey
from tests.mfa.pages import (
    PASSWORD,
    PHONE,
    SECURITY,
    AuthApp,
    add_app,
    add_codes,
    add_passkey,
    challenge_of,
    last_sms,
    login_id,
    make_backup_codes,
    sign_in,
)
from tests.oauth import decode
from tests.phone_api.app import PhoneApp, assert_problem
from tests.short_codes import stands_in

Body = dict[str, Any]


@pytest.fixture(autouse=True)
def first_party(server: None) -> None:
    ensure_first_party_client()


@pytest.fixture
def phone_app(new_browser: Callable[[], Client]) -> PhoneApp:
    return PhoneApp(new_browser())


def waiting_login(app: PhoneApp) -> str:
    """Sign in with number and password; what the answer says comes next."""
    problem = assert_problem(app.log_in(PHONE, PASSWORD), 403, "login_step_needed")
    assert problem["next_step"] == "second_factor"
    assert "access_token" not in problem
    return str(problem["login_id"])


def call(app: PhoneApp, path: str, token: str, method: str = "post", **fields: Any) -> Any:
    """A call with an access token."""
    send = getattr(app.client, method)
    headers = {"Authorization": f"Bearer {token}"}
    if method == "get":
        return send(f"/api/auth/{path}", headers=headers)
    return send(f"/api/auth/{path}", fields, content_type="application/json", headers=headers)


@pytest.mark.requirement("F26", "F29", "H08", "D08")
def test_an_app_finishes_a_sign_in_with_a_code(browser: Client, phone_app: PhoneApp) -> None:
    auth_app = add_app(browser)
    before = SsoSession.objects.count()
    login = waiting_login(phone_app)
    assert SsoSession.objects.count() == before
    ways = phone_app.post("auth/mfa/methods", login_id=login)
    assert ways.json() == {"login_id": login, "methods": ["totp"]}
    wrong = phone_app.post("auth/mfa/verify", login_id=login, method="totp", code=auth_app.wrong_code())
    assert_problem(wrong, 400, "factor_not_proven", "code")
    done = phone_app.post("auth/mfa/verify", login_id=login, method="totp", code=auth_app.code(steps=1))
    assert done.status_code == 200, done.content
    claims = decode(done.json()["access_token"])
    assert (claims["acr"], claims["amr"]) == ("aal2", ["mfa", "otp", "pwd"])
    again = phone_app.post("auth/mfa/verify", login_id=login, method="totp", code=auth_app.code(steps=1))
    assert_problem(again, 400, "login_gone", "login_id")


@pytest.mark.requirement("F26", "G12")
def test_an_app_finishes_a_sign_in_with_a_code_by_sms(browser: Client, phone_app: PhoneApp) -> None:
    add_codes(browser, "sms")
    login = waiting_login(phone_app)
    sent = phone_app.post("auth/mfa/send", login_id=login, method="sms")
    assert sent.status_code == 200
    assert set(sent.json()) == {"to", "expires_in", "resend_in"}
    assert PHONE not in sent.json()["to"]
    assert not stands_in(sent.content.decode(), last_sms())
    early = phone_app.post("auth/mfa/send", login_id=login, method="sms")
    assert_problem(early, 429, "otp_resend_too_soon")
    done = phone_app.post("auth/mfa/verify", login_id=login, method="sms", code=last_sms())
    assert done.status_code == 200


@pytest.mark.requirement("F26", "H04")
def test_an_app_finishes_a_sign_in_with_a_passkey(browser: Client, phone_app: PhoneApp) -> None:
    key = add_passkey(browser, SoftKey(verifies=False))
    login = waiting_login(phone_app)
    asked = phone_app.post("auth/mfa/passkey-options", login_id=login).json()
    answer = as_json(key.get(asked))
    assert_problem(phone_app.post("auth/passkeys/sign-in", **answer), 400, "challenge_gone", "challenge_id")
    done = phone_app.post("auth/mfa/verify-passkey", login_id=login, **answer)
    assert done.status_code == 200, done.content
    assert decode(done.json()["access_token"])["amr"] == ["hwk", "mfa", "pwd"]


@pytest.mark.requirement("F26", "H04")
def test_an_app_signs_in_with_a_passkey_alone(
    browser: Client, phone_app: PhoneApp, new_browser: Callable[[], Client]
) -> None:
    key = add_passkey(browser)
    device = "device-of-somebody-0001"
    asked = phone_app.post("auth/passkeys/options", device_id=device).json()
    answer = as_json(key.get(asked))
    elsewhere = PhoneApp(new_browser()).post("auth/passkeys/sign-in", **answer)
    assert_problem(elsewhere, 400, "challenge_gone", "challenge_id")
    done = phone_app.post("auth/passkeys/sign-in", device_id=device, **answer)
    assert done.status_code == 200, done.content
    assert decode(done.json()["access_token"])["acr"] == "aal2"
    again = phone_app.post("auth/passkeys/sign-in", device_id=device, **answer)
    assert_problem(again, 400, "challenge_gone", "challenge_id")


@pytest.mark.requirement("H06", "G07")
def test_a_browsers_login_is_none_of_an_apps_and_the_other_way_round(
    browser: Client, other: Client, phone_app: PhoneApp
) -> None:
    auth_app = add_app(browser)
    in_browser = login_id(challenge_of(sign_in(other)))
    stolen = phone_app.post(
        "auth/mfa/verify", login_id=in_browser, method="totp", code=auth_app.code(steps=1)
    )
    assert_problem(stolen, 400, "login_gone", "login_id")
    in_app = waiting_login(phone_app)
    answer = other.post(f"/login/second-factor/?login={in_app}", {"code": auth_app.code(steps=1)})
    assert answer["Location"] == "/login/"


@pytest.mark.requirement("H06")
@pytest.mark.parametrize("method", ["sms", "email", "backup_code", "password"])
def test_no_other_way_leads_past_the_app(browser: Client, phone_app: PhoneApp, method: str) -> None:
    add_app(browser)
    login = waiting_login(phone_app)
    refused = phone_app.post("auth/mfa/verify", login_id=login, method=method, code="123456")
    assert_problem(refused, 400, "method_not_offered", "method")
    if method in {"sms", "email"}:
        refused = phone_app.post("auth/mfa/send", login_id=login, method=method)
        assert_problem(refused, 400, "method_not_offered", "method")
    for fields in (
        {},
        {"login_id": login},
        {"login_id": login, "method": "totp", "code": "1", "acr": "aal2"},
    ):
        assert_problem_status(phone_app.post("auth/mfa/verify", **fields), 422)


@pytest.mark.requirement("H09", "G16")
def test_failures_count_for_apps_and_browsers_together(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    auth_app = add_app(browser)
    for _ in range(2):
        app = PhoneApp(new_browser())
        login = waiting_login(app)
        app.post("auth/mfa/verify", login_id=login, method="totp", code=auth_app.wrong_code())
    page = new_browser()
    page.post(challenge_of(sign_in(page)), {"code": auth_app.wrong_code()})
    app = PhoneApp(new_browser())
    login = waiting_login(app)
    locked = app.post("auth/mfa/verify", login_id=login, method="totp", code=auth_app.code(steps=1))
    assert_problem(locked, 429, "too_many_attempts")
    gone = app.post("auth/mfa/methods", login_id=login)
    assert_problem(gone, 400, "login_gone", "login_id")


@pytest.fixture
def token(person: User, phone_app: PhoneApp) -> str:
    """An access token of somebody who has just signed in with an app."""
    return str(phone_app.log_in(PHONE, PASSWORD).json()["access_token"])


@pytest.mark.requirement("F29", "H02", "H07")
def test_a_person_adds_names_and_removes_an_authenticator_app(token: str, phone_app: PhoneApp) -> None:
    assert call(phone_app, "mfa/factors/", token, "get").json() == []
    assert_problem(call(phone_app, "mfa/backup-codes/", token), 409, "no_second_factor")
    begun = call(phone_app, "mfa/totp/", token).json()
    auth_app = AuthApp(begun["secret"])
    assert begun["uri"].startswith("otpauth://totp/")
    wrong = call(phone_app, "mfa/totp/confirm/", token, code=auth_app.wrong_code())
    assert_problem(wrong, 400, "factor_not_proven", "code")
    assert call(phone_app, "mfa/totp/confirm/", token, code=auth_app.code(), name="phone").status_code == 204
    assert_problem(
        call(phone_app, "mfa/totp/confirm/", token, code=auth_app.code()), 403, "fresh_login_required"
    )
    (factor,) = call(phone_app, "mfa/factors/", token, "get").json()
    assert (factor["kind"], factor["name"], factor["is_suspended"]) == ("totp", "phone", False)
    assert auth_app.secret not in str(factor)
    path = f"mfa/factors/{factor['id']}/"
    assert call(phone_app, path, token, "patch", name="desk").status_code == 204
    stale = call(phone_app, path, token, "delete")
    assert_problem(stale, 403, "fresh_login_required")
    assert TotpFactor.objects.get().name == "desk"
    login = waiting_login(phone_app)
    fresh = phone_app.post(
        "auth/mfa/verify", login_id=login, method="totp", code=auth_app.code(steps=1)
    ).json()
    assert len(call(phone_app, "mfa/backup-codes/", fresh["access_token"]).json()["codes"]) == 10
    assert call(phone_app, path, fresh["access_token"], "delete").status_code == 204
    assert not TotpFactor.objects.exists()


@pytest.mark.requirement("F29", "H04", "H07")
def test_a_person_adds_a_passkey(token: str, phone_app: PhoneApp) -> None:
    key = SoftKey()
    asked = call(phone_app, "passkeys/new/options/", token).json()
    added = call(phone_app, "passkeys/new/", token, **as_json(key.create(asked)), name="phone")
    assert added.status_code == 204, added.content
    begun = phone_app.post("auth/passkeys/options").json()
    assert phone_app.post("auth/passkeys/sign-in", **as_json(key.get(begun))).status_code == 200


@pytest.mark.requirement("H07")
@pytest.mark.parametrize(
    "path", ["mfa/totp/", "mfa/codes/sms/", "mfa/backup-codes/", "passkeys/new/options/"]
)
def test_nothing_is_changed_by_a_stranger_or_by_a_sign_in_that_is_not_fresh(
    token: str, phone_app: PhoneApp, path: str
) -> None:
    assert phone_app.client.post(f"/api/auth/{path}", content_type="application/json").status_code == 401
    assert call(phone_app, path, "nonsense").status_code == 401
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=400)):
        assert_problem(call(phone_app, path, token), 403, "fresh_login_required")


@pytest.mark.requirement("G13")
def test_codes_need_a_proven_number(token: str, phone_app: PhoneApp) -> None:
    assert call(phone_app, "mfa/codes/sms/", token).status_code == 204
    User.objects.update(phone_proven_at=None, email_verified_at=None)
    assert call(phone_app, "mfa/codes/nonsense/", token).status_code == 422
    assert call(phone_app, "mfa/codes/email/", token).status_code in {403, 409}


def test_backup_codes_work_for_apps_too(browser: Client, phone_app: PhoneApp) -> None:
    add_app(browser)
    codes = make_backup_codes(browser)
    login = waiting_login(phone_app)
    done = phone_app.post("auth/mfa/verify", login_id=login, method="backup_code", code=codes[0])
    assert done.status_code == 200


def test_the_page_of_a_login_that_is_over_is_still_kind(browser: Client, phone_app: PhoneApp) -> None:
    add_app(browser)
    login = waiting_login(phone_app)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert_problem(phone_app.post("auth/mfa/methods", login_id=login), 400, "login_gone", "login_id")
    assert browser.get(SECURITY).status_code == 200


def as_json(fields: dict[str, str]) -> Body:
    """The form fields of the pages as the API takes them."""
    return {**fields, "credential": json.loads(fields["credential"])}


def assert_problem_status(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"

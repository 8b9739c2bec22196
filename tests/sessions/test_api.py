"""The JSON doors: signing a browser in, listing and ending sign-ins, out everywhere; by cookie or by token."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import require_new_password
from custom_scopes_and_policies_app.models import Application
from jwt_app.signing import ACCESS_TOKEN_TYPE, sign
from sessions_app.models import Device, SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, decode, request_parameters
from tests.phone_api.app import assert_problem
from tests.sessions.conftest import assert_alive, assert_dead, bearer

pytestmark = [pytest.mark.requirement("C12", "F41", "F29")]
LOGIN, LOGOUT, SESSIONS = "/api/v1/sso/login", "/api/v1/logout", "/api/auth/sessions/"
Api = tuple[str, str]


def post(client: Client, path: str, /, **fields: Any) -> Any:
    headers = fields.pop("headers", {})
    return client.post(path, fields, content_type="application/json", **headers)


def log_in(client: Client, password: str = PASSWORD) -> Any:
    return post(client, LOGIN, mobile_number=PHONE, password=password)


@pytest.mark.requirement("F40")
def test_signing_in_by_json_is_the_sign_in_that_apps_find(somebody: User, app: Application) -> None:
    client = Client()
    answer = log_in(client)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    facts = answer.json()
    session = SsoSession.objects.get()
    assert (facts["sid"], facts["sub"]) == (str(session.sid), str(somebody.sub))
    assert (facts["amr"], facts["acr"], facts["is_current"]) == (["pwd"], "aal1", True)
    assert "access_token" not in facts
    assert client.get("/o/authorize/", request_parameters())["Location"].startswith("/o/consent/")
    assert client.get("/api/v1/oauth/authorize", request_parameters())["Location"].startswith("/o/consent/")


def test_wrong_passwords_and_unknown_numbers_are_answered_alike(somebody: User) -> None:
    client = Client()
    wrong = log_in(client, "not this one")
    assert_problem(wrong, 400, "wrong_credentials")
    unknown = post(client, LOGIN, mobile_number="+97688999999", password=PASSWORD)
    assert unknown.json() == wrong.json()
    assert "sessionid" not in client.cookies
    assert not SsoSession.objects.exists()


def test_whoever_has_to_set_a_new_password_is_told_where(somebody: User) -> None:
    require_new_password(user=somebody)
    browser = Client()
    problem = assert_problem(log_in(browser), 403, "login_step_needed")
    assert problem["next_url"].startswith("/password/forgot/?required=1")
    assert browser.get("/account/").status_code == 303
    assert not SsoSession.objects.exists()


def test_three_failures_lock(somebody: User) -> None:
    statuses = [log_in(Client(), "not this one").status_code for _ in range(4)]
    assert statuses[-1] == 429
    assert_problem(log_in(Client()), 429, "too_many_attempts")


@pytest.mark.requirement("I08")
def test_no_form_of_another_site_signs_in(somebody: User) -> None:
    fields = {"mobile_number": PHONE, "password": PASSWORD}
    answer = Client().post(LOGIN, fields)
    assert_problem(answer, 415, "unsupported_media_type")
    assert not SsoSession.objects.exists()


@pytest.mark.parametrize("number", ["abc", "12"])
def test_a_number_that_is_none_says_so(server: None, number: str) -> None:
    answer = post(Client(), LOGIN, mobile_number=number, password=PASSWORD)
    assert_problem(answer, 422, "invalid_fields", "mobile_number")


def test_changes_by_cookie_need_the_token(somebody: User) -> None:
    client = Client(enforce_csrf_checks=True)
    csrf = log_in(client).json()["csrf_token"]
    assert client.get(SESSIONS).status_code == 200
    assert_problem(client.post(LOGOUT), 403, "csrf_failed")
    assert_problem(client.delete(f"{SESSIONS}current/"), 403, "csrf_failed")
    assert SsoSession.objects.get().ended_at is None
    answer = client.post(LOGOUT, headers={"X-CSRFToken": csrf})
    assert (answer.status_code, answer.json()) == (200, {"ended": 1})
    assert_problem(client.get(SESSIONS), 401, "invalid_token")


def test_out_everywhere_ends_browsers_and_apps(
    browser_of_somebody: OAuthBrowser, mobile: dict[str, Any], app: Application, api: Api
) -> None:
    tokens = browser_of_somebody.tokens()
    answer = post(Client(), LOGOUT, headers=bearer(mobile))
    assert answer.json() == {"ended": 2}
    assert_dead(tokens, api)
    assert_dead(mobile, api, client_id="first-party")
    assert browser_of_somebody.client.get("/account/").status_code == 303
    assert_problem(post(Client(), LOGOUT, headers=bearer(mobile)), 401, "invalid_token")


def test_a_mobile_app_signs_itself_out_and_nobody_else(
    browser_of_somebody: OAuthBrowser, mobile: dict[str, Any], app: Application, api: Api
) -> None:
    tokens = browser_of_somebody.tokens()
    assert Client().delete(f"{SESSIONS}current/", **bearer(mobile)).status_code == 204
    assert_dead(mobile, api, client_id="first-party")
    assert_alive(tokens, api)


def test_sign_ins_are_listed_and_ended_one_by_one(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, mobile: dict[str, Any]
) -> None:
    http = Client()
    rows = http.get(SESSIONS, **bearer(mobile)).json()
    assert len(rows) == 3
    assert [row["sid"] for row in rows if row["is_current"]] == [decode(mobile["access_token"])["sid"]]
    assert {row["ip"] for row in rows} == {"198.51.100.4", "203.0.113.9", "127.0.0.1"}
    assert PHONE not in str(rows)
    firefox = next(row for row in rows if row["device_name"] == "Firefox Mobile on Android")
    for _again in range(2):
        assert http.delete(f"{SESSIONS}{firefox['sid']}/", **bearer(mobile)).status_code == 204
    assert second_browser.client.get("/account/").status_code == 303
    assert post(http, f"{SESSIONS}end-others/", headers=bearer(mobile)).json() == {"ended": 1}
    assert len(http.get(SESSIONS, **bearer(mobile)).json()) == 1


@pytest.mark.requirement("I03")
def test_a_mobile_app_that_only_refreshes_is_still_listed_and_can_still_be_ended(
    browser_of_somebody: OAuthBrowser, mobile: dict[str, Any], api: Api
) -> None:
    sid = decode(mobile["access_token"])["sid"]
    # Three weeks of refreshing: the tokens are in use, and their sign-in was seen by nobody.
    SsoSession.objects.filter(pk=sid).update(last_seen_at=timezone.now() - timedelta(days=21))
    assert_alive(mobile, api)
    assert sid in {row["sid"] for row in Client().get(SESSIONS, **bearer(mobile)).json()}
    page = browser_of_somebody.client.get("/account/sessions/").content.decode()
    assert sid in page
    assert Client().delete(f"{SESSIONS}current/", **bearer(mobile)).status_code == 204
    assert_dead(mobile, api, client_id="first-party")
    assert sid not in browser_of_somebody.client.get("/account/sessions/").content.decode()


@pytest.mark.requirement("I03")
def test_a_sign_in_beyond_its_absolute_limit_is_not_listed_whatever_hangs_on_it(
    browser_of_somebody: OAuthBrowser, mobile: dict[str, Any]
) -> None:
    sid = decode(mobile["access_token"])["sid"]
    SsoSession.objects.filter(pk=sid).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sid not in browser_of_somebody.client.get("/account/sessions/").content.decode()
    assert_problem(Client().get(SESSIONS, **bearer(mobile)), 401, "invalid_token")


def test_a_device_is_named_and_ended(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, mobile: dict[str, Any]
) -> None:
    device = SsoSession.objects.get(pk=second_browser.client.session["sid"]).device
    assert device is not None
    path = f"/api/auth/devices/{device.pk}/"
    answer = Client().patch(path, {"name": "Pocket"}, content_type="application/json", **bearer(mobile))
    assert answer.status_code == 204
    assert Device.objects.get(pk=device.pk).name == "Pocket"
    assert post(Client(), f"{path}end/", headers=bearer(mobile)).json() == {"ended": 1}
    assert second_browser.client.get("/account/").status_code == 303
    assert browser_of_somebody.client.get("/account/").status_code == 200


def test_somebody_elses_sign_ins_do_not_exist(mobile: dict[str, Any]) -> None:
    other = User.objects.create(phone="+97688445566")
    session = SsoSession.objects.create(
        user=other, auth_time=other.date_joined, acr="aal1", expires_at="2099-01-01T00:00Z"
    )
    device = Device.objects.create(user=other, browser_hash="cd" * 32)
    assert_problem(Client().delete(f"{SESSIONS}{session.pk}/", **bearer(mobile)), 404, "not_found")
    path = f"/api/auth/devices/{device.pk}/end/"
    assert_problem(post(Client(), path, headers=bearer(mobile)), 404, "not_found")
    session.refresh_from_db()
    assert session.ended_at is None


def test_tokens_of_other_apps_may_not_and_are_told_so(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens()
    answer = Client().get(SESSIONS, **bearer(tokens))
    assert_problem(answer, 403, "insufficient_scope")
    assert post(Client(), LOGOUT, headers=bearer(tokens)).status_code == 403
    assert browser_of_somebody.client.get("/account/").status_code == 200


def test_a_token_for_another_api_is_refused(mobile: dict[str, Any], first_party: Application) -> None:
    claims = decode(mobile["access_token"])
    elsewhere = sign({**claims, "aud": "https://api.example"}, typ=ACCESS_TOKEN_TYPE)
    answer = Client().get(SESSIONS, HTTP_AUTHORIZATION=f"Bearer {elsewhere}")
    assert_problem(answer, 401, "invalid_token")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_without_anything_the_challenge_is_bare(server: None) -> None:
    answer = Client().get(SESSIONS)
    assert_problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_bad_token_is_not_helped_by_a_good_cookie(browser_of_somebody: OAuthBrowser) -> None:
    answer = browser_of_somebody.client.get(SESSIONS, HTTP_AUTHORIZATION="Bearer nonsense")
    assert_problem(answer, 401, "invalid_token")

"""Cookies: a new key at each gain, nothing for whoever planted one, and two people or browsers mixed up."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.models import Application
from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, exchange, refresh
from tests.sessions.conftest import assert_dead

ROOT = Path(__file__).resolve().parent.parent.parent
OTHER_PHONE = "+97688445566"


@pytest.fixture
def other(server: None) -> User:
    return create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())


def key_of(browser: OAuthBrowser) -> str:
    cookie = browser.client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


@pytest.mark.requirement("I01")
def test_a_planted_session_is_not_the_one_that_gets_signed_in(stranger: OAuthBrowser, somebody: User) -> None:
    planted = stranger.client.session
    planted["planted"] = "1"
    planted.save()
    before = planted.session_key
    stranger.sign_in(PHONE, PASSWORD)
    assert key_of(stranger) != before
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = str(before)
    assert attacker.get("/account/").status_code == 303


@pytest.mark.requirement("I01")
def test_signing_in_again_changes_the_key_and_the_old_one_is_dead(browser_of_somebody: OAuthBrowser) -> None:
    before = key_of(browser_of_somebody)
    browser_of_somebody.sign_in(PHONE, PASSWORD)
    assert key_of(browser_of_somebody) != before
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert thief.get("/account/").status_code == 303
    assert browser_of_somebody.client.get("/account/").status_code == 200


@pytest.mark.requirement("C15", "I06")
def test_a_copied_cookie_is_worthless_after_signing_out(browser_of_somebody: OAuthBrowser) -> None:
    copied = key_of(browser_of_somebody)
    browser_of_somebody.client.post("/logout/")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = copied
    assert thief.get("/account/").status_code == 303


@pytest.mark.requirement("C15")
def test_the_next_person_in_a_browser_gets_nothing_of_the_first(
    browser_of_somebody: OAuthBrowser, other: User, app: Application, api: tuple[str, str]
) -> None:
    first_sid = browser_of_somebody.client.session["sid"]
    tokens = browser_of_somebody.tokens()
    code = browser_of_somebody.code()
    browser_of_somebody.client.get("/login/")
    browser_of_somebody.sign_in(OTHER_PHONE, PASSWORD)
    assert browser_of_somebody.client.session["sid"] != first_sid
    assert SsoSession.objects.get(pk=first_sid).end_reason == "replaced"
    assert_dead(tokens, api)
    assert exchange(Client(), code).json()["error"] == "invalid_grant"
    answer = browser_of_somebody.tokens()
    me = Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {answer['access_token']}").json()
    assert me["sub"] == str(other.sub)


@pytest.mark.requirement("C15")
def test_a_browser_that_lost_its_session_cookie_cannot_reach_the_old_one(
    browser_of_somebody: OAuthBrowser, other: User, app: Application
) -> None:
    first_sid = browser_of_somebody.client.session["sid"]
    tokens = browser_of_somebody.tokens()
    del browser_of_somebody.client.cookies[settings.SESSION_COOKIE_NAME]
    browser_of_somebody.sign_in(OTHER_PHONE, PASSWORD)
    assert browser_of_somebody.client.session["sid"] != first_sid
    browser_of_somebody.client.post("/logout/")
    assert SsoSession.objects.get(pk=first_sid).ended_at is None, "nobody signed that one out"
    assert refresh(Client(), tokens["refresh_token"]).status_code == 200


@pytest.mark.requirement("A12")
def test_a_request_under_way_belongs_to_the_browser_that_began_it(
    browser_of_somebody: OAuthBrowser, other: User, app: Application
) -> None:
    page = browser_of_somebody.authorize()["Location"]
    thief = OAuthBrowser(Client())
    thief.sign_in(OTHER_PHONE, PASSWORD)
    assert thief.client.get(page).status_code == 400
    request_id = parse_qs(urlsplit(page).query)["request"][0]
    answer = thief.client.post(
        "/o/consent/", {"request": request_id, "decision": "allow", "scope": ["openid"]}
    )
    assert answer.status_code == 400
    assert "code=" not in answer.get("Location", "")


@pytest.mark.requirement("C15", "A12")
def test_the_cookies_of_two_people_mixed_open_neither_account(
    browser_of_somebody: OAuthBrowser, other: User, app: Application
) -> None:
    second = OAuthBrowser(Client())
    second.sign_in(OTHER_PHONE, PASSWORD)
    page = browser_of_somebody.authorize()["Location"]
    mixed = Client()
    mixed.cookies["browser"] = browser_of_somebody.client.cookies["browser"].value
    mixed.cookies[settings.SESSION_COOKIE_NAME] = key_of(second)
    request_id = parse_qs(urlsplit(page).query)["request"][0]
    answer = mixed.get(f"/o/authorize/?request={request_id}")
    # The session decides who it is: the second person is asked for consent, the first one's is not used.
    assert "code=" not in answer.get("Location", "")


@pytest.mark.requirement("I02")
def test_in_production_every_cookie_is_bound_to_the_host() -> None:
    script = (
        "import django, json; django.setup(); from django.conf import settings as s; "
        "from sessions_app.browser import cookie_name; print(json.dumps([s.SESSION_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_PATH, "
        "s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, "
        "s.CSRF_COOKIE_DOMAIN, cookie_name()]))"
    )
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "auth_server_django.settings", "DEBUG": "0", "DEMO": "0",
        "ISSUER_URL": "https://login.example.com", "SECRET_KEY": "x" * 60, "REDIS_URL": "",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [
        "__Host-session", True, True, "Lax", "/", None, "__Host-csrf", True, True, None, "__Host-browser",
    ]  # fmt: skip


@pytest.mark.requirement("I02")
def test_cookies_are_sent_with_their_attributes(stranger: OAuthBrowser, somebody: User) -> None:
    answer = stranger.sign_in(PHONE, PASSWORD)
    for name in ("session", "browser"):
        cookie = answer.cookies[name]
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""

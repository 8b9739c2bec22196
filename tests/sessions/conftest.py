"""Browsers and apps of one person, and what the doors say to them."""

from typing import Any

import pytest
from django.test import Client

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application
from sessions_app.login import complete_for_app
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, introspect, refresh

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"


@pytest.fixture
def second_browser(somebody: User) -> OAuthBrowser:
    """The same person's phone."""
    browser = OAuthBrowser(Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.9"))
    browser.sign_in(PHONE, PASSWORD)
    return browser


@pytest.fixture
def first_party(server: None) -> Application:
    return ensure_first_party_client()


@pytest.fixture
def mobile(somebody: User, first_party: Application) -> dict[str, Any]:
    """The tokens of our own app on a phone."""
    caller = Caller(ip="198.51.100.4", user_agent="Phone/1")
    return complete_for_app(user=somebody, methods=["pwd"], binding="ab" * 32, caller=caller)


def bearer(tokens: dict[str, Any]) -> Any:
    return {"HTTP_AUTHORIZATION": f"Bearer {tokens['access_token']}"}


def assert_dead(tokens: dict[str, Any], api: tuple[str, str], *, client_id: str = "notes") -> None:
    """Every door refuses what came from an ended sign-in."""
    http = Client()
    assert introspect(http, tokens["access_token"], api) == {"active": False}
    assert introspect(http, tokens["refresh_token"], api) == {"active": False}
    assert http.get("/o/userinfo/", **bearer(tokens)).status_code == 401
    answer = refresh(http, tokens["refresh_token"], client_id=client_id)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def assert_alive(tokens: dict[str, Any], api: tuple[str, str]) -> None:
    http = Client()
    assert introspect(http, tokens["access_token"], api)["active"] is True
    assert http.get("/o/userinfo/", **bearer(tokens)).status_code == 200

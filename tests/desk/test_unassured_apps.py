"""Apps that any program could pretend to be: no consent of earlier counts for them (RFC 8252 §8.6)."""

import re
from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.coverage import is_assured
from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, exchange

LOOPBACK = "http://127.0.0.1/callback"
PRIVATE = "com.example.notes:/callback"
WEB = "https://native.example/callback"


@pytest.fixture
def native(server: None) -> Application:
    client, _ = create_client(
        name="Native", client_id="native", is_public=True, redirect_uris=[LOOPBACK, PRIVATE, WEB]
    )
    return client


@pytest.mark.requirement("K01")
@pytest.mark.parametrize("redirect_uri", [LOOPBACK, "http://127.0.0.1:49152/callback", PRIVATE])
def test_it_is_asked_about_each_time_and_never_silently(
    browser_of_somebody: OAuthBrowser, native: Application, redirect_uri: str
) -> None:
    request: dict[str, Any] = {"client_id": "native", "redirect_uri": redirect_uri, "scope": "openid phone"}
    for _again in range(2):
        assert browser_of_somebody.authorize(**request)["Location"].startswith("/o/consent/")
        code = browser_of_somebody.code(**request)
        assert exchange(Client(), code, client_id="native", redirect_uri=redirect_uri).status_code == 200
        silent = browser_of_somebody.response_parameters(**request, prompt="none")
        assert silent["error"] == "consent_required"
        assert "code" not in silent


@pytest.mark.requirement("K01")
def test_the_page_says_why_and_shows_the_lowest_level_whatever_was_chosen_before(
    browser_of_somebody: OAuthBrowser, native: Application
) -> None:
    request: dict[str, Any] = {"client_id": "native", "redirect_uri": PRIVATE, "scope": "openid phone"}
    browser_of_somebody.code(**request, consent={"level-phone": "full"})
    page = browser_of_somebody.client.get(browser_of_somebody.authorize(**request)["Location"])
    text = page.content.decode()
    assert "Any program on your device could use this name" in text
    assert "already allowed" in text
    assert re.search(r'value="masked"[^>]*checked', text)
    assert not re.search(r'value="full"[^>]*checked', text)


@pytest.mark.requirement("K01")
def test_the_same_app_at_its_own_web_address_is_remembered(
    browser_of_somebody: OAuthBrowser, native: Application
) -> None:
    request: dict[str, Any] = {"client_id": "native", "redirect_uri": WEB, "scope": "openid"}
    browser_of_somebody.code(**request)
    assert "code" in browser_of_somebody.response_parameters(**request, prompt="none")


@pytest.mark.requirement("K01")
@pytest.mark.parametrize(
    ("redirect_uri", "is_public", "is_first_party", "is_sure"),
    [
        (WEB, True, False, True),
        ("https://localhost/callback", True, False, False),
        ("https://127.0.0.1/callback", True, False, False),
        ("https://[::1]/callback", True, False, False),
        ("http://localhost/callback", True, False, False),
        (PRIVATE, True, False, False),
        ("", True, False, False),
        (LOOPBACK, False, False, True),
        (PRIVATE, True, True, False),
        (WEB, True, True, True),
    ],
)
def test_who_is_surely_who_it_says(
    redirect_uri: str, is_public: bool, is_first_party: bool, is_sure: bool
) -> None:
    kind = Application.CLIENT_PUBLIC if is_public else Application.CLIENT_CONFIDENTIAL
    client = Application(client_type=kind, is_first_party=is_first_party)
    assert is_assured(client, redirect_uri) is is_sure

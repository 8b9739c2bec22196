"""A program on the person's own device takes the place of an app there: it can claim its scheme or its port."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Grant
from tests.oauth import PASSWORD, PHONE, OAuthBrowser

ON_DEVICE = ["example.notes:/callback", "http://127.0.0.1/callback", "http://localhost:3000/callback"]


@pytest.fixture(params=ON_DEVICE)
def our_app(server: None, request: pytest.FixtureRequest) -> dict[str, str]:
    """Our own app on a phone or desktop; what an impostor sends is the same."""
    create_client(
        name="Ours", client_id="ours", is_public=True, is_first_party=True, redirect_uris=[request.param]
    )
    return {"client_id": "ours", "redirect_uri": request.param}


@pytest.mark.requirement("K01", "A11")
def test_nobody_gets_our_own_apps_tokens_in_silence_from_a_browser_that_is_signed_in(
    browser_of_somebody: OAuthBrowser, our_app: dict[str, str]
) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        silent = browser_of_somebody.authorize(**our_app, prompt="none")
        assert "error=consent_required" in silent["Location"]
        page = browser_of_somebody.authorize(**our_app)
    assert page["Location"].startswith("/o/consent/")
    assert not Grant.objects.exists()


@pytest.mark.requirement("K01")
def test_an_answer_on_the_page_counts_once(
    browser_of_somebody: OAuthBrowser, our_app: dict[str, str]
) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        page = browser_of_somebody.authorize(**our_app)["Location"]
        resume = browser_of_somebody.consent(page)["Location"]
        assert "code=" in browser_of_somebody.client.get(resume)["Location"]
        again = browser_of_somebody.authorize(**our_app)
    assert again["Location"].startswith("/o/consent/")


def test_whoever_signs_in_for_this_request_is_not_asked_once_more(
    stranger: OAuthBrowser, somebody: User, our_app: dict[str, str]
) -> None:
    login = stranger.authorize(**our_app)["Location"]
    resume = stranger.client.post(login, {"phone": PHONE, "password": PASSWORD})["Location"]
    assert stranger.client.get(resume)["Location"].startswith(f"{our_app['redirect_uri']}?code=")


def test_on_a_developers_machine_our_own_app_is_not_asked(
    browser_of_somebody: OAuthBrowser, our_app: dict[str, str], settings: Any
) -> None:
    settings.DEBUG = True
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        answer = browser_of_somebody.authorize(**our_app)
    assert answer["Location"].startswith(f"{our_app['redirect_uri']}?code=")


def test_our_own_app_on_the_web_is_answered_in_silence(browser_of_somebody: OAuthBrowser) -> None:
    web = "https://ours.example/callback"
    create_client(name="Ours", client_id="ours", is_public=True, is_first_party=True, redirect_uris=[web])
    answer = browser_of_somebody.authorize(client_id="ours", redirect_uri=web, prompt="none")
    assert "code" in parse_qs(urlsplit(answer["Location"]).query)

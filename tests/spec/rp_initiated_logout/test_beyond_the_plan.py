"""What the plan does not ask: POST, retired keys, old tokens, other people's tokens, lost cookies, repetition."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from jwt_app.keys import forget_cached_keys
from jwt_app.models import SigningKey
from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, OAuthBrowser, introspect
from tests.spec.rp_initiated_logout.test_modules import BYE, LOGOUT, confirm, is_over, log_out

pytestmark = [pytest.mark.requirement("I05"), pytest.mark.usefixtures("app")]


@pytest.fixture
def id_token(browser_of_somebody: OAuthBrowser, app: Application) -> str:
    return str(browser_of_somebody.tokens()["id_token"])


def assert_asks(answer: Any) -> None:
    assert answer.status_code == 200
    assert "Sign out?" in answer.content.decode()
    assert not is_over()


def test_a_post_of_an_app_goes_round_by_get_once(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    answer = browser_of_somebody.client.post(
        LOGOUT, {"id_token_hint": id_token, "post_logout_redirect_uri": BYE, "state": "a&b", "other": "x"}
    )
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{LOGOUT}?id_token_hint=")
    assert "other" not in answer["Location"]
    done = browser_of_somebody.client.get(answer["Location"])
    assert done["Location"] == f"{BYE}?state=a%26b"
    assert is_over()


@pytest.mark.requirement("I06")
def test_asking_twice_is_fine(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    for _again in range(3):
        answer = log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=BYE)
        assert answer["Location"] == BYE
    assert SsoSession.objects.count() == 1


@pytest.mark.requirement("I06")
def test_a_browser_that_lost_its_cookies_signs_out_all_the_same(
    browser_of_somebody: OAuthBrowser, api: tuple[str, str], id_token: str
) -> None:
    access_token = browser_of_somebody.tokens()["access_token"]
    browser_of_somebody.client.cookies.clear()
    answer = log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=BYE)
    assert answer["Location"] == BYE
    assert is_over()
    assert introspect(browser_of_somebody.client, access_token, api) == {"active": False}


def test_without_cookies_and_hint_nothing_ends(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    assert Client().get(LOGOUT, {"client_id": "notes", "post_logout_redirect_uri": BYE})["Location"] == BYE
    assert not is_over()


def test_an_expired_hint_is_good(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        answer = log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=BYE)
    assert answer["Location"] == BYE
    assert is_over()


@pytest.mark.requirement("feature:F07")
def test_a_hint_of_a_retired_key_is_good(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    SigningKey.objects.filter(state=SigningKey.State.ACTIVE).update(
        state=SigningKey.State.RETIRED, active_slot=None, verify_until=timezone.now() + timedelta(hours=1)
    )
    forget_cached_keys()
    answer = log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=BYE)
    assert answer["Location"] == BYE
    assert is_over()


def test_the_hint_of_an_earlier_sign_in_does_not_force_this_one_out(
    browser_of_somebody: OAuthBrowser, id_token: str
) -> None:
    confirm(browser_of_somebody)
    browser_of_somebody.sign_in("+97699112233", PASSWORD)
    assert_asks(log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=BYE))


def test_a_hint_for_another_app_is_refused(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    create_client(name="Other", client_id="other", is_public=True, redirect_uris=["https://other.example/cb"])
    answer = log_out(browser_of_somebody, id_token_hint=id_token, client_id="other")
    assert answer.status_code == 400
    assert not is_over()


def test_the_button_needs_our_own_page(browser_of_somebody: OAuthBrowser) -> None:
    victim = Client(enforce_csrf_checks=True)
    victim.cookies = browser_of_somebody.client.cookies
    assert victim.post(LOGOUT, {"confirm": "1"}).status_code == 403
    assert not is_over()


def test_an_access_token_is_no_hint(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    access_token = browser_of_somebody.tokens()["access_token"]
    assert log_out(browser_of_somebody, id_token_hint=access_token).status_code == 400
    assert not is_over()

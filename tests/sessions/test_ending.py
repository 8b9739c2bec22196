"""Ending one sign-in, one device, one app or all: by the person, an operator, an API call or an event."""

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts_app.models import User
from accounts_app.services import deactivate
from accounts_app.signals import password_changed
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.models import Application, RefreshToken
from sessions_app.liveness import ALIVE, session_key
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser, exchange
from tests.operators import sign_in_operator
from tests.sessions.conftest import assert_alive, assert_dead

pytestmark = [pytest.mark.requirement("C10", "F41"), pytest.mark.usefixtures("app")]
Api = tuple[str, str]


def reasons() -> list[str]:
    return sorted(SsoSession.objects.filter(ended_at__isnull=False).values_list("end_reason", flat=True))


def sid_of(browser: OAuthBrowser) -> str:
    return str(browser.client.session["sid"])


def test_signing_out_ends_offline_tokens_too_and_no_other_session(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, api: Api
) -> None:
    gone = browser_of_somebody.tokens(scope="openid offline_access")
    kept = second_browser.tokens()
    assert_alive(gone, api)
    browser_of_somebody.client.post("/logout/")
    assert_dead(gone, api)
    assert_alive(kept, api)


@pytest.mark.requirement("A11")
def test_after_signing_out_nothing_that_was_begun_goes_on(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser = browser_of_somebody
    code = browser.code()
    asked = browser.authorize(prompt="consent")["Location"]
    browser.client.post("/logout/")
    answer = exchange(Client(), code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    silent = browser.authorize(prompt="none")["Location"]
    assert "error=login_required" in silent
    assert "code=" not in silent
    assert browser.client.get(asked)["Location"].startswith("/o/authorize/")
    assert browser.client.get("/account/")["Location"].startswith("/login/")
    assert not RefreshToken.objects.exists()


def test_one_sign_in_serves_every_app_and_its_end_ends_them_all(
    browser_of_somebody: OAuthBrowser, first_party: Application, mobile: dict[str, Any], api: Api
) -> None:
    first, second = browser_of_somebody.tokens(), browser_of_somebody.tokens()
    browser_of_somebody.client.post("/logout/")
    assert_dead(first, api)
    assert_dead(second, api)
    assert_alive(mobile, api)


@pytest.mark.requirement("C12")
def test_an_operator_ends_a_session(browser_of_somebody: OAuthBrowser, api: Api) -> None:
    tokens = browser_of_somebody.tokens()
    assert_alive(tokens, api)
    answer = sign_in_operator(Client()).post(
        "/admin/sessions_app/ssosession/",
        {"action": "end_selected", "_selected_action": [sid_of(browser_of_somebody)]},
    )
    assert answer.status_code == 302
    assert_dead(tokens, api)
    assert reasons() == ["operator"]


@pytest.mark.requirement("I04")
def test_deactivation_ends_everything_and_tokens_without_a_session_too(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, somebody: User, api: Api
) -> None:
    tokens, loose = browser_of_somebody.tokens(), second_browser.tokens()
    RefreshToken.objects.filter(session_id=uuid.UUID(sid_of(second_browser))).update(session=None)
    assert_alive(tokens, api)
    assert_alive(loose, api)
    deactivate(user=somebody)
    assert_dead(tokens, api)
    assert_dead(loose, api)
    assert not RefreshToken.objects.filter(revoked_at__isnull=True).exists()
    assert browser_of_somebody.client.get("/account/").status_code == 303


@pytest.mark.requirement("C13")
def test_a_new_password_ends_the_others_and_keeps_the_one_that_set_it(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, somebody: User, api: Api
) -> None:
    kept, gone = browser_of_somebody.tokens(), second_browser.tokens()
    current = SsoSession.objects.get(pk=sid_of(browser_of_somebody))
    password_changed.emit(user_id=somebody.pk, sid=current.sid, reason="by its owner")
    assert_dead(gone, api)
    assert_alive(kept, api)
    assert reasons() == ["credentials_changed"]


@pytest.mark.requirement("C13")
def test_a_password_set_by_an_operator_ends_all(
    browser_of_somebody: OAuthBrowser, somebody: User, api: Api
) -> None:
    tokens = browser_of_somebody.tokens()
    password_changed.emit(user_id=somebody.pk, reason="operator")
    assert_dead(tokens, api)


@pytest.mark.requirement("C14")
def test_disconnecting_an_app_ends_its_offline_tokens_and_no_sign_in(
    browser_of_somebody: OAuthBrowser, app: Application, api: Api
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid offline_access")
    browser_of_somebody.client.post(f"/account/apps/{app.public_id}/disconnect/")
    assert_dead(tokens, api)
    assert browser_of_somebody.client.get("/account/").status_code == 200
    assert browser_of_somebody.authorize()["Location"].startswith("/o/consent/")


@pytest.mark.requirement("C14")
def test_a_code_on_its_way_ends_with_the_app(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    browser_of_somebody.tokens()
    code = browser_of_somebody.code()
    browser_of_somebody.client.post(f"/account/apps/{app.public_id}/disconnect/")
    assert exchange(Client(), code).json()["error"] == "invalid_grant"


def test_switching_an_app_off_refuses_its_tokens(
    browser_of_somebody: OAuthBrowser, app: Application, api: Api
) -> None:
    tokens = browser_of_somebody.tokens()
    app.is_enabled = False
    app.save()
    forget_cached_clients()
    assert (
        Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}").status_code == 401
    )


def test_an_emptied_cache_revives_nothing(browser_of_somebody: OAuthBrowser, api: Api) -> None:
    tokens = browser_of_somebody.tokens()
    assert_alive(tokens, api)
    browser_of_somebody.client.post("/logout/")
    cache.clear()
    assert_dead(tokens, api)


@pytest.mark.requirement("I03")
def test_tokens_in_use_do_not_keep_an_unused_browser_signed_in(
    browser_of_somebody: OAuthBrowser, api: Api
) -> None:
    tokens = browser_of_somebody.tokens()
    sid = sid_of(browser_of_somebody)
    SsoSession.objects.filter(pk=sid).update(last_seen_at="2020-01-01T00:00:00Z")
    cache.clear()
    assert_alive(tokens, api)
    assert cache.get(session_key(sid)) != ALIVE
    assert browser_of_somebody.client.get("/account/").status_code == 303

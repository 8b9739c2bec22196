"""Connected apps: what is shown of them, and what taking access back ends."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application, Consent, RefreshToken
from obligations_app.models import OAuthTokenLog
from tests.oauth import PHONE, OAuthBrowser, exchange, introspect, refresh
from tests.ui.page import assert_is_sound, read

APPS = "/account/apps/"


def disconnect_url(app: Application) -> str:
    return f"{APPS}{app.public_id}/disconnect/"


def page_text(browser: OAuthBrowser, path: str = APPS) -> str:
    answer = browser.client.get(path)
    assert answer.status_code == 200
    assert_is_sound(read(answer))
    return " ".join(answer.content.decode().split())


@pytest.mark.requirement("F51", "K03")
def test_without_apps_the_page_says_so(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    text = page_text(browser_of_somebody)
    assert "No app can use your account." in text
    assert "Take back access" not in text
    assert "Notes" not in text


@pytest.mark.requirement("F51", "K03")
def test_an_app_is_shown_with_its_scopes_in_words_and_the_chosen_levels(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    Application.objects.filter(pk=app.pk).update(owner_name="Paper Ltd", site_url="https://notes.example/")
    browser_of_somebody.tokens(consent={"scope": ["phone"], "level-phone": "full"})
    text = page_text(browser_of_somebody)
    assert "Notes" in text
    assert "Run by Paper Ltd." in text
    assert 'href="https://notes.example/"' in text
    assert "Your phone number" in text
    assert "Whole number" in text
    assert "Last used" in text
    assert "not yet" not in text
    assert "Your profile" not in text
    assert "Last two digits only" not in text
    assert PHONE not in text
    assert PHONE.removeprefix("+976") not in text


@pytest.mark.requirement("F51")
def test_an_app_that_was_allowed_but_has_fetched_nothing_is_listed_too(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.code()
    assert "not yet" in page_text(browser_of_somebody)


@pytest.mark.requirement("F51", "K03", "F41")
def test_access_taken_back_ends_every_token_and_is_asked_for_again(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    client = browser_of_somebody.client
    tokens = browser_of_somebody.tokens()
    others = browser_of_somebody.tokens()
    assert introspect(client, tokens["access_token"], api)["active"] is True

    question = page_text(browser_of_somebody, disconnect_url(app))
    assert "Take back the access of Notes?" in question
    assert introspect(client, tokens["access_token"], api)["active"] is True

    answer = client.post(disconnect_url(app))
    assert (answer.status_code, answer["Location"]) == (303, APPS)
    for ended in (tokens, others):
        assert introspect(client, ended["access_token"], api) == {"active": False}
        refusal = refresh(client, ended["refresh_token"])
        assert (refusal.status_code, refusal.json()["error"]) == (400, "invalid_grant")
        userinfo = client.get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {ended['access_token']}")
        assert userinfo.status_code == 401
    text = page_text(browser_of_somebody)
    assert "Notes can no longer use your account." in text
    assert "No app can use your account." in text
    assert browser_of_somebody.authorize()["Location"].startswith("/o/consent/")


@pytest.mark.requirement("K03")
def test_taking_access_back_is_in_the_record(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    browser_of_somebody.tokens()
    browser_of_somebody.client.post(disconnect_url(app))
    events = list(OAuthTokenLog.objects.values_list("event", flat=True))
    assert events.count("consent.withdrawn") == 1
    assert events.count("token.revoked") == 1
    assert Consent.objects.get().withdrawn_at is not None
    assert RefreshToken.objects.get().revoke_reason == RefreshToken.RevokeReason.CONSENT_WITHDRAWN


@pytest.mark.requirement("K03")
def test_taking_access_back_twice_is_fine(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    browser_of_somebody.tokens()
    for _again in range(2):
        assert browser_of_somebody.client.post(disconnect_url(app))["Location"] == APPS
    assert browser_of_somebody.client.get(disconnect_url(app))["Location"] == APPS
    assert OAuthTokenLog.objects.filter(event="consent.withdrawn").count() == 1


@pytest.mark.requirement("K03")
def test_an_app_of_others_or_of_nobody_does_not_exist_here(
    browser_of_somebody: OAuthBrowser,
    browser_of_another: OAuthBrowser,
    app: Application,
    api: tuple[str, str],
) -> None:
    tokens = browser_of_somebody.tokens()
    unknown = f"{APPS}0193b7a2-7a10-7cc4-9d2b-2f6f0a6d1c55/disconnect/"
    for path in (disconnect_url(app), unknown):
        assert browser_of_another.client.get(path).status_code == 404
        assert browser_of_another.client.post(path).status_code == 404
    assert "Notes" not in page_text(browser_of_another)
    assert introspect(browser_of_somebody.client, tokens["access_token"], api)["active"] is True


@pytest.mark.requirement("K03")
def test_one_persons_decision_leaves_the_others_alone(
    browser_of_somebody: OAuthBrowser,
    browser_of_another: OAuthBrowser,
    app: Application,
    api: tuple[str, str],
) -> None:
    mine, theirs = browser_of_somebody.tokens(), browser_of_another.tokens()
    browser_of_somebody.client.post(disconnect_url(app))
    assert introspect(browser_of_somebody.client, mine["access_token"], api)["active"] is False
    assert introspect(browser_of_another.client, theirs["access_token"], api)["active"] is True
    assert "Notes" in page_text(browser_of_another)


@pytest.mark.requirement("K03", "F41")
def test_our_own_app_can_be_disconnected_though_nobody_was_asked(
    browser_of_somebody: OAuthBrowser, own_app: Application, api: tuple[str, str]
) -> None:
    client = browser_of_somebody.client
    tokens = exchange(client, browser_of_somebody.code(client_id="post"), client_id="post").json()
    assert Consent.objects.count() == 0
    text = page_text(browser_of_somebody)
    assert "Our Post" in text
    assert "Your phone number" in text
    assert "Disconnect" in text
    assert "Take back access" not in text
    assert "Disconnect Our Post?" in page_text(browser_of_somebody, disconnect_url(own_app))

    client.post(disconnect_url(own_app))
    assert introspect(client, tokens["access_token"], api) == {"active": False}
    assert refresh(client, tokens["refresh_token"], client_id="post").json()["error"] == "invalid_grant"
    text = page_text(browser_of_somebody)
    assert "No app can use your account." in text


def test_an_app_that_asks_nobody_is_gone_from_the_list_with_its_session(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, own_app: Application
) -> None:
    exchange(browser_of_somebody.client, browser_of_somebody.code(client_id="post"), client_id="post")
    assert "Our Post" in page_text(second_browser)
    browser_of_somebody.client.post("/logout/")
    assert "Our Post" not in page_text(second_browser)


def test_a_scope_that_no_longer_exists_is_not_shown(
    browser_of_somebody: OAuthBrowser, somebody: User, app: Application
) -> None:
    Consent.objects.create(user=somebody, application=app, scopes={"openid": "", "gone": "all"})
    text = page_text(browser_of_somebody)
    assert "Sign you in" in text
    assert "gone" not in text


def test_a_site_that_is_not_on_the_web_is_no_link(
    browser_of_somebody: OAuthBrowser, somebody: User, app: Application
) -> None:
    Application.objects.filter(pk=app.pk).update(site_url="javascript:alert(1)", name="<b>Notes</b>")
    Consent.objects.create(user=somebody, application=app, scopes={"openid": ""})
    text = page_text(browser_of_somebody)
    assert "javascript:" not in text
    assert "<b>Notes" not in text
    assert "&lt;b&gt;Notes" in text


@pytest.mark.requirement("I08")
def test_another_site_cannot_take_access_back(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens()
    victim = Client(enforce_csrf_checks=True)
    victim.cookies = browser_of_somebody.client.cookies
    assert victim.post(disconnect_url(app)).status_code == 403
    assert introspect(browser_of_somebody.client, tokens["access_token"], api)["active"] is True


@pytest.mark.usefixtures("standing_still")
def test_the_page_costs_the_same_for_one_app_and_for_many(
    browser_of_somebody: OAuthBrowser, somebody: User, app: Application, own_app: Application
) -> None:
    first = _statements(browser_of_somebody)
    for number in range(5):
        client = Application.objects.create(client_id=f"app-{number}", name=f"App {number}")
        Consent.objects.create(
            user=somebody, application=client, scopes={"openid": ""}, given_at=timezone.now()
        )
    exchange(browser_of_somebody.client, browser_of_somebody.code(client_id="post"), client_id="post")
    assert _statements(browser_of_somebody) == first


def _statements(browser: OAuthBrowser) -> int:
    """SQL of one visit, the caches being warm."""
    browser.client.get(APPS)
    with CaptureQueriesContext(connection) as captured:
        assert browser.client.get(APPS).status_code == 200
    return len(captured)

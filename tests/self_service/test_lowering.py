"""Allowing an app less: a lower level or a scope taken back ends at once what gave more, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.models import (
    Application,
    Consent,
    DeviceAuthorization,
    Grant,
    RefreshToken,
    Scope,
)
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser, decode, exchange, introspect, refresh
from tests.ui.page import assert_is_sound, read

APPS = "/account/apps/"
SCOPE = "openid phone read offline_access"
WHOLE = {"level-phone": "full", "level-read": "everything"}
KEPT = {"scope": ["openid", "phone", "read", "offline_access"], **WHOLE}


def change_url(app: Application) -> str:
    return f"{APPS}{app.public_id}/change/"


def save(browser: OAuthBrowser, app: Application, **fields: Any) -> Any:
    return browser.client.post(change_url(app), {**KEPT, **fields})


@pytest.fixture
def tokens(browser_of_somebody: OAuthBrowser, app: Application) -> dict[str, Any]:
    return browser_of_somebody.tokens(scope=SCOPE, consent=WHOLE)


@pytest.mark.requirement("F51", "K03")
def test_the_page_shows_what_is_allowed_and_only_what_is_less(
    browser_of_somebody: OAuthBrowser, app: Application, tokens: dict[str, Any]
) -> None:
    assert change_url(app) in browser_of_somebody.client.get(APPS).content.decode()
    save(browser_of_somebody, app, **{"level-read": "summary"})
    page = read(browser_of_somebody.client.get(change_url(app)))
    assert_is_sound(page)
    choices = {
        (field["name"], field["value"]) for field in page.all("input") if field["name"].startswith("level")
    }
    assert choices == {("level-phone", "masked"), ("level-phone", "full"), ("level-read", "summary")}
    assert [
        field["value"] for field in page.all("input") if field.get("type") == "radio" and "checked" in field
    ] == ["full"]
    assert [box["value"] for box in page.all("input") if "disabled" in box] == ["openid"]


@pytest.mark.requirement("F51", "K03", "C14")
@pytest.mark.parametrize(
    ("fields", "policies"),
    [
        ({"level-phone": "masked"}, {"phone": "masked", "read": "everything"}),
        ({"scope": ["phone", "offline_access"]}, {"phone": "full"}),
        ({"scope": ["phone", "read"]}, {"phone": "full", "read": "everything"}),
    ],
)
def test_less_ends_the_tokens_at_once_and_the_app_gets_just_that_when_it_comes_back(
    browser_of_somebody: OAuthBrowser,
    app: Application,
    api: tuple[str, str],
    tokens: dict[str, Any],
    fields: dict[str, Any],
    policies: dict[str, str],
) -> None:
    assert introspect(Client(), tokens["access_token"], api)["active"] is True
    answer = save(browser_of_somebody, app, **fields)
    assert (answer.status_code, answer["Location"]) == (303, APPS)
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}
    assert introspect(Client(), tokens["refresh_token"], api) == {"active": False}
    assert refresh(Client(), tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert "may do less now" in browser_of_somebody.client.get(APPS).content.decode()

    again = browser_of_somebody.response_parameters(scope=SCOPE, prompt="none")
    fresh = exchange(Client(), again["code"]).json()
    assert decode(fresh["access_token"])["policies"] == policies
    assert ("offline_access" in fresh["scope"].split()) is ("refresh_token" in fresh)


@pytest.mark.requirement("F51", "L01")
def test_it_is_recorded_once_with_what_changed(
    browser_of_somebody: OAuthBrowser, app: Application, tokens: dict[str, Any]
) -> None:
    save(browser_of_somebody, app, **{"level-phone": "masked", "scope": ["phone", "offline_access"]})
    event = OAuthTokenLog.objects.get(event="consent.lowered")
    assert event.scopes.split() == ["phone", "read"]
    assert event.policies == {"phone": "masked"}
    assert OAuthTokenLog.objects.filter(event="token.revoked").count() == 1
    assert RefreshToken.objects.get().revoke_reason == RefreshToken.RevokeReason.CONSENT_WITHDRAWN


@pytest.mark.requirement("K03")
def test_what_gives_no_more_than_is_left_goes_on(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], tokens: dict[str, Any]
) -> None:
    small = browser_of_somebody.tokens(scope="openid")
    save(browser_of_somebody, app, **{"level-phone": "masked"})
    assert introspect(Client(), small["access_token"], api)["active"] is True
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}


@pytest.mark.requirement("K03")
def test_saving_what_is_already_so_changes_nothing(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], tokens: dict[str, Any]
) -> None:
    assert save(browser_of_somebody, app).status_code == 303
    assert introspect(Client(), tokens["access_token"], api)["active"] is True
    assert not OAuthTokenLog.objects.filter(event="consent.lowered").exists()


@pytest.mark.requirement("K03")
def test_a_code_that_would_give_more_is_void(
    browser_of_somebody: OAuthBrowser, app: Application, tokens: dict[str, Any]
) -> None:
    code = browser_of_somebody.code(scope=SCOPE)
    save(browser_of_somebody, app, **{"level-phone": "masked"})
    assert exchange(Client(), code).json()["error"] == "invalid_grant"
    assert not Grant.objects.filter(consumed_at__isnull=True).exists()


@pytest.mark.requirement("K03")
def test_an_approval_that_a_device_has_not_fetched_is_void_where_it_would_give_more(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User, tokens: dict[str, Any]
) -> None:
    for number, granted in enumerate(({"openid": "", "phone": "full"}, {"openid": ""})):
        DeviceAuthorization.objects.create(
            application=app,
            user=somebody,
            device_code_hash=f"device-{number}",
            user_code_hash=f"user-{number}",
            state=DeviceAuthorization.State.APPROVED,
            granted=granted,
            expires_at=timezone.now() + timedelta(minutes=5),
        )
    save(browser_of_somebody, app, **{"level-phone": "masked"})
    states = DeviceAuthorization.objects.order_by("device_code_hash").values_list("state", flat=True)
    assert list(states) == ["denied", "approved"]


@pytest.mark.requirement("K02", "K03")
@pytest.mark.parametrize(
    "fields",
    [
        {"level-read": "everything"},
        {"level-phone": "whole"},
        {"scope": ["openid", "phone", "email"]},
        {"level-email": "full"},
        {"level-phone": ["masked", "full"]},
    ],
)
def test_nothing_can_be_raised_or_added_here(
    browser_of_somebody: OAuthBrowser, app: Application, tokens: dict[str, Any], fields: dict[str, Any]
) -> None:
    save(browser_of_somebody, app, **{"level-read": "summary"})
    before = Consent.objects.get().scopes
    answer = browser_of_somebody.client.post(
        change_url(app),
        {"scope": ["openid", "phone", "read", "offline_access"], "level-phone": "full", **fields},
    )
    assert answer.status_code == 400
    assert_is_sound(read(answer))
    assert Consent.objects.get().scopes == before
    assert OAuthTokenLog.objects.filter(event="consent.lowered").count() == 1


@pytest.mark.requirement("K03")
def test_with_nothing_left_the_access_is_taken_back(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens(scope="read", nonce=None)
    browser_of_somebody.client.post(change_url(app), {})
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}
    assert Consent.objects.get().withdrawn_at is not None
    assert browser_of_somebody.client.get(change_url(app))["Location"] == APPS


@pytest.mark.requirement("K03", "I08")
def test_apps_of_others_do_not_exist_here_and_other_sites_cannot_lower(
    browser_of_somebody: OAuthBrowser,
    browser_of_another: OAuthBrowser,
    app: Application,
    api: tuple[str, str],
    tokens: dict[str, Any],
) -> None:
    assert browser_of_another.client.get(change_url(app)).status_code == 404
    assert browser_of_another.client.post(change_url(app), {}).status_code == 404
    victim = Client(enforce_csrf_checks=True)
    victim.cookies = browser_of_somebody.client.cookies
    assert victim.post(change_url(app), {}).status_code == 403
    assert introspect(Client(), tokens["access_token"], api)["active"] is True


def test_an_app_with_nothing_to_take_back_alone_offers_only_the_whole(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.tokens(scope="openid")
    page = browser_of_somebody.client.get(APPS).content.decode()
    assert change_url(app) not in page
    assert "Take back access" in page


def test_a_level_that_is_gone_counts_as_the_lowest(
    browser_of_somebody: OAuthBrowser, app: Application, tokens: dict[str, Any]
) -> None:
    scope = Scope.objects.get(name="read")
    level = scope.levels.get(value="everything")
    level.delete()
    assert browser_of_somebody.client.get(change_url(app)).status_code == 200
    assert save(browser_of_somebody, app, **{"level-read": "summary"}).status_code == 303

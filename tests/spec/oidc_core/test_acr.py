"""OpenID Connect Core §3.1.2.1 and §5.5.1.1: assurance that an app would like, and assurance it insists on."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from custom_scopes_and_policies_app.models import Application
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser, decode, exchange


def essential(*values: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, **({"values": values} if values else {})}}})


@pytest.mark.requirement("D08")
@pytest.mark.parametrize("wish", ["aal1", "aal2", "aal2 aal1", "urn:mace:incommon:iap:silver", "phr"])
def test_3_1_2_1_acr_values_are_voluntary_and_acr_says_what_happened(
    browser_of_somebody: OAuthBrowser, app: Application, wish: str, settings: Settings
) -> None:
    settings.STEP_UP_URL = ""
    tokens = browser_of_somebody.tokens(acr_values=wish)
    assert decode(tokens["id_token"])["acr"] == "aal1"


def test_3_1_2_1_a_wish_is_offered_once_where_somebody_can_be_asked(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Settings
) -> None:
    settings.STEP_UP_URL = "/account/"
    answer = browser_of_somebody.authorize(acr_values="aal2", scope="openid")
    assert answer["Location"].startswith("/account/?")
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query["acr"] == ["aal2"]
    resumed = browser_of_somebody.client.get(query["next"][0])
    assert resumed["Location"].startswith("/o/consent/")
    code = browser_of_somebody.client.get(browser_of_somebody.consent(resumed["Location"])["Location"])
    tokens = exchange(
        browser_of_somebody.client, parse_qs(urlsplit(code["Location"]).query)["code"][0]
    ).json()
    assert decode(tokens["id_token"])["acr"] == "aal1"


def test_a_wish_is_no_reason_to_refuse_a_silent_request(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Settings
) -> None:
    browser_of_somebody.code(scope="openid")
    settings.STEP_UP_URL = "/account/"
    answer = browser_of_somebody.authorize(acr_values="aal2", scope="openid", prompt="none")
    assert "code=" in answer["Location"]


@pytest.mark.requirement("D08")
@pytest.mark.parametrize("claims", [essential(), essential("aal1"), essential("aal2", "aal1")])
def test_5_5_1_1_an_essential_acr_that_is_reached_is_stated(
    browser_of_somebody: OAuthBrowser, app: Application, claims: str
) -> None:
    assert decode(browser_of_somebody.tokens(claims=claims)["id_token"])["acr"] == "aal1"


@pytest.mark.requirement("D08")
def test_5_5_1_1_the_stated_acr_is_one_of_the_values_the_app_insists_on(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    SsoSession.objects.update(acr="aal2", amr=["mfa", "pwd", "sms"])
    tokens = browser_of_somebody.tokens(claims=essential("aal1"))
    assert decode(tokens["id_token"])["acr"] == "aal1"
    assert decode(tokens["access_token"])["acr"] == "aal2"


@pytest.mark.parametrize("claims", [essential("aal2"), essential("aal9"), essential("phr", "phrh")])
def test_5_5_1_1_an_essential_acr_that_cannot_be_reached_is_an_error(
    browser_of_somebody: OAuthBrowser, app: Application, claims: str, settings: Settings
) -> None:
    settings.STEP_UP_URL = ""
    answer = browser_of_somebody.authorize(claims=claims, scope="openid")
    assert "error=unmet_authentication_requirements" in answer["Location"]
    assert "code=" not in answer["Location"]


def test_5_5_1_1_an_essential_acr_leads_to_step_up_where_there_is_one(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Settings
) -> None:
    settings.STEP_UP_URL = "/account/"
    answer = browser_of_somebody.authorize(claims=essential("aal2"), scope="openid")
    assert answer["Location"].startswith("/account/?")
    back = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
    again = browser_of_somebody.client.get(back)
    assert again["Location"].startswith("/account/?")
    silent = browser_of_somebody.authorize(claims=essential("aal2"), scope="openid", prompt="none")
    assert "error=interaction_required" in silent["Location"]


def test_5_5_1_1_an_essential_auth_time_is_in_every_id_token(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    asked = json.dumps({"id_token": {"auth_time": {"essential": True}}})
    identity = decode(browser_of_somebody.tokens(claims=asked)["id_token"])
    assert identity["auth_time"] == int(SsoSession.objects.get().auth_time.timestamp())

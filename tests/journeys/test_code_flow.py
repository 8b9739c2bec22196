"""From a request to tokens and back, over HTTP, as an app and a browser see it."""

import pytest
from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.consents import withdraw_consent
from custom_scopes_and_policies_app.models import Application, Consent, RefreshToken
from jwt_app.signing import verify
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser, decode, exchange, introspect, post, refresh


@pytest.mark.requirement("feature:F01", "feature:F02", "feature:F06")
def test_a_code_flow_gives_tokens_that_say_what_happened(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User
) -> None:
    answer = exchange(browser_of_somebody.client, browser_of_somebody.code())
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["scope"] == "openid profile phone"
    session = SsoSession.objects.get()
    access = verify(tokens["access_token"], typ="at+jwt")
    assert access["iss"] == "http://testserver"
    assert access["sub"] == str(somebody.sub)
    assert access["client_id"] == "notes"
    assert access["sid"] == str(session.sid)
    assert access["acr"] == "aal1"
    assert access["amr"] == ["pwd"]
    assert access["exp"] - access["iat"] == 900
    assert access["policies"] == {"profile": "first_name", "phone": "masked"}
    assert "phone_number" not in access
    identity = verify(tokens["id_token"], typ="JWT", audience="notes")
    assert identity["nonce"] == "n-1"
    assert identity["auth_time"] == int(session.auth_time.timestamp())
    assert identity["sid"] == str(session.sid)
    assert "phone_number" not in identity


@pytest.mark.requirement("A08")
def test_the_response_names_its_issuer_and_echoes_the_state(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    parameters = browser_of_somebody.response_parameters()
    assert parameters["iss"] == "http://testserver"
    assert parameters["state"] == "st-1"


@pytest.mark.requirement("F50", "K01")
def test_unticked_scopes_and_chosen_levels_reach_token_introspection_and_userinfo(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    chosen = {"scope": ["phone"], "level-phone": "full"}
    tokens = browser_of_somebody.tokens(consent=chosen)
    assert tokens["scope"] == "openid phone"
    access = decode(tokens["access_token"])
    assert access["scope"] == "openid phone"
    assert access["policies"] == {"phone": "full"}
    facts = introspect(browser_of_somebody.client, tokens["access_token"], api)
    assert facts["active"] is True
    assert facts["policies"] == {"phone": "full"}
    claims = browser_of_somebody.client.get(
        "/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}"
    ).json()
    assert claims["phone_number"] == "+97699112233"
    assert "name" not in claims


@pytest.mark.requirement("F51")
def test_a_consent_is_remembered_and_not_asked_again(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.code()
    again = browser_of_somebody.authorize()
    assert again.status_code == 303
    assert again["Location"].startswith("https://notes.example/callback?code=")
    assert Consent.objects.count() == 1


def test_a_masked_phone_stays_masked_at_userinfo(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    tokens = browser_of_somebody.tokens()
    claims = browser_of_somebody.client.get(
        "/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}"
    ).json()
    assert claims["phone_number"].endswith("33")
    assert "9911" not in claims["phone_number"]
    assert claims["given_name"] == "Oyun"
    assert "family_name" not in claims


@pytest.mark.requirement("feature:F03", "C01")
def test_a_refresh_rotates_the_token_in_one_row(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    tokens = browser_of_somebody.tokens()
    answer = refresh(browser_of_somebody.client, tokens["refresh_token"])
    assert answer.status_code == 200
    renewed = answer.json()
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert decode(renewed["access_token"])["sid"] == decode(tokens["access_token"])["sid"]
    assert decode(renewed["id_token"])["auth_time"] == decode(tokens["id_token"])["auth_time"]
    assert RefreshToken.objects.count() == 1


@pytest.mark.requirement("C08", "C09", "feature:F05")
def test_revoking_the_refresh_token_ends_the_access_token_too(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens()
    client = browser_of_somebody.client
    assert introspect(client, tokens["access_token"], api)["active"] is True
    answer = post(client, "/o/revoke_token/", client_id="notes", token=tokens["refresh_token"])
    assert answer.status_code == 200
    assert introspect(client, tokens["access_token"], api) == {"active": False}
    assert introspect(client, tokens["refresh_token"], api) == {"active": False}
    assert refresh(client, tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.requirement("feature:F13", "F41")
def test_logout_with_the_id_token_ends_session_and_tokens(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens()
    client = browser_of_somebody.client
    answer = client.get(
        "/o/logout/",
        {
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": "https://notes.example/bye",
            "state": "bye",
        },
    )
    assert answer.status_code == 303
    assert answer["Location"] == "https://notes.example/bye?state=bye"
    assert SsoSession.objects.get().ended_at is not None
    assert introspect(client, tokens["access_token"], api) == {"active": False}
    assert refresh(client, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    silent = browser_of_somebody.authorize(prompt="none")
    assert "error=login_required" in silent["Location"]


def test_a_stranger_signs_in_on_the_way_and_comes_back_to_the_app(
    somebody: User, app: Application, stranger: OAuthBrowser
) -> None:
    answer = stranger.authorize()
    assert answer["Location"].startswith("/login/?next=%2Fo%2Fauthorize%2F%3Frequest%3D")
    signed_in = stranger.client.post(
        answer["Location"], {"phone": "9911 2233", "password": "correct horse battery"}
    )
    assert signed_in.status_code == 303
    resumed = stranger.client.get(signed_in["Location"])
    assert resumed["Location"].startswith("/o/consent/?request=")
    allowed = stranger.consent(resumed["Location"])
    final = stranger.client.get(allowed["Location"])
    assert final["Location"].startswith("https://notes.example/callback?code=")
    repeated = stranger.client.get(allowed["Location"])
    assert repeated.status_code == 400
    assert "Location" not in repeated


@pytest.mark.requirement("A12")
def test_a_stored_request_works_in_its_own_browser_only(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    asked = browser_of_somebody.authorize()
    other = OAuthBrowser(Client())
    other.sign_in("+97699112233", "correct horse battery")
    stolen = other.client.get(asked["Location"])
    assert stolen.status_code == 400
    assert b"another browser" in stolen.content


@pytest.mark.requirement("K03", "C14")
def test_withdrawing_a_consent_ends_its_tokens_and_its_unused_codes(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    client = browser_of_somebody.client
    tokens, unused = browser_of_somebody.tokens(), browser_of_somebody.code()
    assert withdraw_consent(consent=Consent.objects.get(), caller=None)
    assert introspect(client, tokens["access_token"], api) == {"active": False}
    assert refresh(client, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert exchange(client, unused).json()["error"] == "invalid_grant"
    assert not withdraw_consent(consent=Consent.objects.get(), caller=None)
    assert browser_of_somebody.authorize()["Location"].startswith("/o/consent/")

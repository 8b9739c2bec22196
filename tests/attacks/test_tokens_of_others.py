"""Somebody has a token that was not meant for what they want to do with it."""

import json
from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, decode, exchange, post, refresh

API = "https://api.notes.example"
ISSUER = "http://testserver"


def userinfo(token: str) -> Any:
    return Client().get("/o/userinfo/", headers={"Authorization": f"Bearer {token}"})


def assert_opens_nothing(token: str) -> None:
    answer = userinfo(token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert "sub" not in answer.json()


@pytest.fixture
def narrow_app(app: Application) -> Application:
    """An app with a resource server of its own."""
    app.audiences = API
    app.is_first_party = True
    app.save()
    return app


@pytest.mark.requirement("D03", "D05")
def test_a_resource_server_cannot_read_userinfo_with_the_token_it_is_sent(
    browser_of_somebody: OAuthBrowser, narrow_app: Application
) -> None:
    tokens = browser_of_somebody.tokens(resource=API)
    assert decode(tokens["access_token"])["aud"] == API
    assert_opens_nothing(tokens["access_token"])
    own = refresh(Client(), browser_of_somebody.tokens()["refresh_token"], resource=ISSUER).json()
    assert decode(own["access_token"])["aud"] == ISSUER
    assert userinfo(own["access_token"]).status_code == 200


@pytest.mark.requirement("D05", "feature:F06")
def test_an_app_that_names_no_resource_reads_userinfo_with_its_token(
    browser_of_somebody: OAuthBrowser, narrow_app: Application
) -> None:
    signed_in = browser_of_somebody.tokens()["access_token"]
    assert decode(signed_in)["aud"] == [API, ISSUER]
    assert userinfo(signed_in).status_code == 200
    without_openid = browser_of_somebody.tokens(scope="read")["access_token"]
    assert decode(without_openid)["aud"] == API


@pytest.mark.requirement("D03")
@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
def test_no_other_kind_of_token_opens_userinfo(
    browser_of_somebody: OAuthBrowser, app: Application, kind: str
) -> None:
    assert_opens_nothing(browser_of_somebody.tokens()[kind])


@pytest.mark.requirement("D03", "E01")
def test_an_app_for_itself_is_nobody_at_userinfo(server: None) -> None:
    _client, secret = create_client(name="Robot", client_id="robot")
    answer = post(
        Client(), "/o/token/", basic=("robot", secret), grant_type="client_credentials", scope="read"
    )
    opened = userinfo(answer.json()["access_token"])
    assert opened.status_code == 403
    assert 'error="insufficient_scope"' in opened["WWW-Authenticate"]
    asked = post(
        Client(), "/o/token/", basic=("robot", secret), grant_type="client_credentials", scope="openid"
    )
    assert asked.json()["error"] == "invalid_scope"


@pytest.mark.requirement("E01", "C08")
def test_another_app_learns_nothing_of_a_token_and_ends_nothing(
    browser_of_somebody: OAuthBrowser, narrow_app: Application
) -> None:
    tokens = browser_of_somebody.tokens()
    _, secret = create_client(name="Other", client_id="other")
    for token in (tokens["access_token"], tokens["refresh_token"]):
        asked = post(Client(), "/o/introspect/", basic=("other", secret), token=token)
        assert asked.json() == {"active": False}
        ended = post(Client(), "/o/revoke_token/", basic=("other", secret), token=token)
        assert (ended.status_code, ended.content) == (200, b"")
    assert userinfo(tokens["access_token"]).status_code == 200


@pytest.mark.requirement("B03")
def test_a_stolen_code_is_worth_nothing_to_another_app_and_stays_good_for_its_own(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    _, secret = create_client(name="Other", client_id="other", redirect_uris=[app.redirect_uris])
    code = browser_of_somebody.code()
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uris}
    stolen = post(Client(), "/o/token/", basic=("other", secret), **fields, code_verifier="v" * 43)
    assert stolen.json()["error"] == "invalid_grant"
    assert exchange(Client(), code).status_code == 200


@pytest.mark.requirement("D07", "B07")
@pytest.mark.parametrize(
    "claim", ["is_staff", "password", "phone", "sid", "policies", "aud", "acr", "client_id"]
)
def test_the_claims_parameter_names_no_fact_that_a_scope_does_not_release(
    browser_of_somebody: OAuthBrowser, app: Application, claim: str
) -> None:
    plain = browser_of_somebody.tokens(scope="openid")
    wanted = {claim: {"essential": True, "value": "made up"}} if claim != "acr" else {claim: None}
    asked = browser_of_somebody.tokens(
        scope="openid", claims=json.dumps({"id_token": wanted, "userinfo": wanted})
    )
    assert decode(asked["id_token"]).keys() == decode(plain["id_token"]).keys()
    assert userinfo(asked["access_token"]).json() == userinfo(plain["access_token"]).json()
    assert "made up" not in str(decode(asked["id_token"]))

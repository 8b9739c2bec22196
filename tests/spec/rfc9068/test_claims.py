"""The access token of each grant type, claim by claim: what RFC 9068 asks for, and nothing about the person."""

from typing import Any

import jwt
import pytest
from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from tests.oauth import PHONE, OAuthBrowser, decode, refresh
from tests.signed_apps import signed_app

ISSUER = "http://testserver"
SESSION_CLAIMS = {"sid", "auth_time", "acr", "amr"}
REQUIRED = {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}
EVERY_SCOPE = "openid profile email phone address offline_access read"

pytestmark = pytest.mark.requirement("feature:F02", "D05")


def check(token: str, *, subject: str, client_id: str) -> dict[str, Any]:
    """What holds for every access token; returns its claims."""
    header, claims = jwt.get_unverified_header(token), decode(token)
    assert header.keys() == {"alg", "kid", "typ"}
    assert header["typ"] == "at+jwt"
    assert claims["iss"] == claims["aud"] == ISSUER
    assert (claims["sub"], claims["client_id"]) == (subject, client_id)
    assert claims["exp"] - claims["iat"] == 900
    assert claims["jti"]
    return claims


@pytest.mark.requirement("D06", "D07", "D08")
def test_a_token_for_a_code_says_who_and_how_but_nothing_about_the_person(
    browser_of_somebody: OAuthBrowser, somebody: User, app: Application
) -> None:
    answer = browser_of_somebody.tokens(scope=EVERY_SCOPE)
    claims = check(answer["access_token"], subject=str(somebody.sub), client_id="notes")
    assert claims.keys() - {"policies"} == REQUIRED | SESSION_CLAIMS | {"scope"}
    assert set(claims["scope"].split()) == set(answer.get("scope", EVERY_SCOPE).split())
    text = str(claims)
    for personal in (PHONE, PHONE.lstrip("+"), "Oyun", "Bat", "oyun@example.com", str(somebody.pk) + "'"):
        assert personal not in text


@pytest.mark.requirement("D08")
def test_a_refreshed_token_says_the_same_of_the_session(
    browser_of_somebody: OAuthBrowser, somebody: User, app: Application, client: Client
) -> None:
    first = browser_of_somebody.tokens(scope="openid offline_access")
    second = refresh(client, first["refresh_token"]).json()
    before = check(first["access_token"], subject=str(somebody.sub), client_id="notes")
    after = check(second["access_token"], subject=str(somebody.sub), client_id="notes")
    assert after.keys() == before.keys()
    assert {name: after[name] for name in SESSION_CLAIMS} == {name: before[name] for name in SESSION_CLAIMS}
    assert after["jti"] != before["jti"]


def test_a_token_of_the_app_itself_has_no_person_in_it(server: None) -> None:
    app = signed_app("RS256", "worker")
    claims = check(app.own_token(scope="read")["access_token"], subject="worker", client_id="worker")
    assert claims.keys() == REQUIRED | {"scope"}
    assert claims["scope"] == "read"


def test_a_token_goes_to_the_audience_of_its_app_and_no_other(server: None) -> None:
    app = signed_app("ES256", "worker")
    Application.objects.filter(pk=app.application.pk).update(audiences="https://a.example https://b.example")
    claims = decode(app.own_token(scope="read")["access_token"])
    assert claims["aud"] == ["https://a.example", "https://b.example"]


def test_hs256_adds_nothing_but_the_servers_own_mark(server: None) -> None:
    app = signed_app("HS256", "worker")
    claims = check(app.own_token(scope="read")["access_token"], subject="worker", client_id="worker")
    assert claims.keys() == REQUIRED | {"scope", "server_mac"}

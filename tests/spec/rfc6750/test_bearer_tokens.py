"""RFC 6750: how an access token is presented to userinfo, and which challenge each failure gets."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.own_tokens import read_own, sign_for
from jwt_app.signing import ACCESS_TOKEN_TYPE
from tests.oauth import FORM, OAuthBrowser, post

PATH = "/o/userinfo/"


@pytest.fixture
def http() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def token(browser_of_somebody: OAuthBrowser, app: Application) -> str:
    return str(browser_of_somebody.tokens()["access_token"])


def with_header(http: Client, value: str, **extra: Any) -> Any:
    return http.get(PATH, headers={"Authorization": value}, **extra)


def test_the_header_in_any_case_and_the_form_body_are_read(http: Client, token: str) -> None:
    """§2.1, §2.2"""
    for answer in (
        with_header(http, f"Bearer {token}"),
        with_header(http, f"bearer {token}"),
        http.post(PATH, headers={"Authorization": f"Bearer {token}"}),
        http.post(PATH, f"access_token={token}", content_type=FORM),
    ):
        assert answer.status_code == 200
        assert answer.json()["sub"]
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.requirement("B10")
def test_a_token_in_the_address_is_never_looked_at(http: Client, token: str) -> None:
    """§2.3, refused by RFC 9700 §4.3.2"""
    for answer in (
        http.get(PATH, {"access_token": token}),
        http.post(f"{PATH}?access_token={token}"),
        http.get("/api/v1/userinfo/me", {"access_token": token}),
    ):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert "sub" not in answer.json()


def test_two_ways_at_once_are_refused(http: Client, token: str) -> None:
    """§2"""
    answer = http.post(
        PATH, f"access_token={token}", content_type=FORM, headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic Zm9vOmJhcg==", "Token abc"])
def test_without_a_token_the_challenge_has_no_error(http: Client, server: None, value: str) -> None:
    """§3.1: a request without authentication information gets no error code."""
    answer = with_header(http, value)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("value", ["junk", "a.b.c", "x" * 9000, "ÿ", 'a"b'])
def test_a_bad_token_is_named_in_the_challenge(http: Client, server: None, value: str) -> None:
    """§3.1"""
    answer = with_header(http, f"Bearer {value}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert value not in answer["WWW-Authenticate"]
    assert answer.json()["error"] == "invalid_token"
    assert answer["Cache-Control"] == "no-store"


def test_too_little_scope_is_forbidden_and_named(http: Client, server: None) -> None:
    """§3.1: 403, with the scope that is needed."""
    _, secret = create_client(name="Job", client_id="job", scopes="read")
    token = post(http, "/o/token/", basic=("job", secret), grant_type="client_credentials").json()[
        "access_token"
    ]
    answer = with_header(http, f"Bearer {token}")
    assert answer.status_code == 403
    assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="openid"'
    assert answer.json()["error"] == "insufficient_scope"


def test_other_methods_are_not_answered(http: Client, token: str) -> None:
    answer = http.delete(PATH, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST"


def test_an_apps_own_token_tells_of_nobody_whatever_scopes_it_holds(http: Client, app: Application) -> None:
    """RFC 9068 §2.2: the subject of a token that an app got for itself is the app, which is no person."""
    application, secret = create_client(
        name="Robot", client_id="robot", grant_types=["client_credentials"], scopes="read"
    )
    basic = ("robot", secret)
    fields = {"grant_type": "client_credentials"}
    assert post(http, "/o/token/", basic=basic, **fields, scope="openid").json()["error"] == "invalid_scope"
    given = post(http, "/o/token/", basic=basic, **fields, scope="read").json()["access_token"]
    claims = read_own(given, typ=ACCESS_TOKEN_TYPE) | {"scope": "openid profile", "aud": settings.ISSUER_URL}
    assert claims["sub"] == "robot"
    answer = with_header(http, f"Bearer {sign_for(application, claims, typ=ACCESS_TOKEN_TYPE)}")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert "sub" not in answer.json()

"""RFC 7662: who may ask, what is told, and that everything else is exactly `{"active": false}`."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from tests.changed import with_another_letter
from tests.oauth import CALLBACK, OAuthBrowser, decode, introspect, post, refresh

AUDIENCE = "https://api.example"
INACTIVE = {"active": False}


@pytest.fixture
def http() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def shop(server: None) -> tuple[str, str]:
    """A confidential app whose tokens are for AUDIENCE."""
    _, secret = create_client(name="Shop", client_id="shop", redirect_uris=[CALLBACK], audiences=[AUDIENCE])
    return "shop", secret


@pytest.fixture
def tokens(browser_of_somebody: OAuthBrowser, shop: tuple[str, str], http: Client) -> dict[str, Any]:
    code = browser_of_somebody.code(client_id="shop")
    fields = {"redirect_uri": CALLBACK, "code": code, "code_verifier": "v" * 43}
    return dict(post(http, "/o/token/", basic=shop, grant_type="authorization_code", **fields).json())


@pytest.mark.requirement("E01", "feature:F05")
def test_who_may_ask_about_which_token(
    tokens: dict[str, Any], shop: tuple[str, str], api: tuple[str, str], http: Client
) -> None:
    _, served = create_client(name="Its API", client_id="served", audiences=[AUDIENCE])
    _, unserved = create_client(name="Another API", client_id="unserved", audiences=["https://b.example"])
    _, without = create_client(name="No audience", client_id="without")
    matrix = {
        shop: (True, True),
        api: (True, True),
        ("served", served): (True, False),
        ("unserved", unserved): (False, False),
        ("without", without): (False, False),
    }
    for caller, (may_access, may_refresh) in matrix.items():
        for kind, may in (("access_token", may_access), ("refresh_token", may_refresh)):
            told = introspect(http, tokens[kind], caller)
            assert (told["active"], told == INACTIVE) == (may, not may), (caller[0], kind)


@pytest.mark.requirement("E01", "B05")
def test_a_public_client_and_a_stranger_may_not_ask_at_all(
    tokens: dict[str, Any], app: Application, http: Client
) -> None:
    for client_id in ("notes", "nobody", None):
        answer = post(http, "/o/introspect/", token=tokens["access_token"], client_id=client_id)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert "active" not in answer.json()
    bearer = http.post(
        "/o/introspect/", f"token={tokens['access_token']}", content_type="application/x-www-form-urlencoded",
        HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}",
    )  # fmt: skip
    assert bearer.status_code == 401
    assert OAuthTokenLog.objects.filter(event="introspection.refused").count() == 4


@pytest.mark.requirement("feature:F05")
def test_an_access_token_is_told_as_it_is_signed(
    tokens: dict[str, Any], api: tuple[str, str], http: Client
) -> None:
    claims = decode(tokens["access_token"])
    told = introspect(http, tokens["access_token"], api)
    assert told.pop("active") is True
    assert told.pop("token_type") == "Bearer"
    assert set(told) >= {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "sid"}
    assert {name: claims[name] for name in told} == told


@pytest.mark.requirement("feature:F05")
def test_a_refresh_token_is_told_with_its_family(
    tokens: dict[str, Any], api: tuple[str, str], http: Client
) -> None:
    told = introspect(http, tokens["refresh_token"], api)
    claims = decode(tokens["access_token"])
    assert told["active"] is True
    assert told["token_type"] == "refresh_token"
    assert (told["client_id"], told["scope"]) == ("shop", "openid profile phone")
    assert (told["sub"], told["sid"], told["iss"]) == (claims["sub"], claims["sid"], claims["iss"])
    assert told["exp"] > claims["exp"]


@pytest.mark.requirement("E01")
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_a_wrong_hint_does_no_harm(
    tokens: dict[str, Any], api: tuple[str, str], http: Client, hint: str | None
) -> None:
    for kind in ("access_token", "refresh_token"):
        answer = post(http, "/o/introspect/", basic=api, token=tokens[kind], token_type_hint=hint)
        assert answer.json()["active"] is True
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.requirement("E01")
def test_what_is_not_good_is_inactive_and_nothing_more(
    tokens: dict[str, Any], shop: tuple[str, str], api: tuple[str, str], http: Client
) -> None:
    head, payload, signature = tokens["access_token"].split(".")
    foreign = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.AAAA"
    for text in (
        "junk", "ÿ", "x" * 5000, "..", foreign, f"{head}.{payload}.", f"{head}.{payload}.{signature[::-1]}",
        tokens["id_token"], with_another_letter(tokens["refresh_token"], -2),
    ):  # fmt: skip
        assert introspect(http, text, api) == INACTIVE, text
    with time_machine.travel(timezone.now() + timedelta(seconds=901)):
        assert introspect(http, tokens["access_token"], api) == INACTIVE
    newer = post(
        http, "/o/token/", basic=shop, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    ).json()
    assert introspect(http, tokens["refresh_token"], api) == INACTIVE
    post(http, "/o/revoke_token/", basic=shop, token=newer["refresh_token"])
    for kind in ("access_token", "refresh_token"):
        assert introspect(http, newer[kind], api) == INACTIVE
    assert refresh(http, newer["refresh_token"], client_id=None).status_code == 401


@pytest.mark.requirement("E01")
def test_a_question_without_a_token_is_no_question(api: tuple[str, str], http: Client) -> None:
    answer = post(http, "/o/introspect/", basic=api, token="")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    in_address = post(http, "/o/introspect/?token=x", basic=api, token_type_hint="access_token")
    assert in_address.status_code == 400

"""RFC 7009: only the owner revokes, both tokens of a pair go together, and nothing says whether a token existed."""

from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, RefreshToken
from obligations_app.models import OAuthTokenLog
from tests.oauth import CALLBACK, OAuthBrowser, introspect, post, refresh

HINTS = [None, "access_token", "refresh_token", "id_token", "nonsense"]


@pytest.fixture
def http() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def tokens(browser_of_somebody: OAuthBrowser, app: Application) -> dict[str, Any]:
    return browser_of_somebody.tokens()


def revoke(http: Client, token: str, **fields: Any) -> Any:
    return post(http, "/o/revoke_token/", **{"client_id": "notes", "token": token, **fields})


@pytest.mark.requirement("C09", "feature:F05")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", HINTS)
def test_either_token_ends_both_whatever_the_hint_says(
    tokens: dict[str, Any], api: tuple[str, str], http: Client, kind: str, hint: str | None
) -> None:
    answer = revoke(http, tokens[kind], token_type_hint=hint)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["Cache-Control"] == "no-store"
    assert introspect(http, tokens["access_token"], api) == {"active": False}
    assert introspect(http, tokens["refresh_token"], api) == {"active": False}
    assert refresh(http, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert OAuthTokenLog.objects.filter(event="token.revoked").count() == 1


@pytest.mark.requirement("C09")
def test_an_older_access_token_ends_its_family_too(
    tokens: dict[str, Any], api: tuple[str, str], http: Client
) -> None:
    newer = refresh(http, tokens["refresh_token"]).json()
    assert revoke(http, tokens["access_token"]).status_code == 200
    assert introspect(http, newer["access_token"], api) == {"active": False}
    assert refresh(http, newer["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.requirement("C08")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_app_changes_nothing_and_is_told_nothing(
    tokens: dict[str, Any], api: tuple[str, str], http: Client, kind: str
) -> None:
    create_client(name="Other", client_id="other", is_public=True, redirect_uris=[CALLBACK])
    for fields in ({"client_id": "other"}, {"client_id": None, "basic": api}):
        answer = revoke(http, tokens[kind], **fields)
        assert (answer.status_code, answer.content) == (200, b"")
    assert introspect(http, tokens["access_token"], api)["active"] is True
    assert refresh(http, tokens["refresh_token"]).status_code == 200
    assert not OAuthTokenLog.objects.filter(event="token.revoked").exists()


@pytest.mark.requirement("C08")
@pytest.mark.parametrize("token", ["junk", "a.b.c", "ÿ", "x" * 5000, "eyJhbGciOiJub25lIn0.e30."])
def test_an_unknown_token_is_as_good_as_revoked(app: Application, http: Client, token: str) -> None:
    answer = revoke(http, token)
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_id_token_is_not_revoked(tokens: dict[str, Any], api: tuple[str, str], http: Client) -> None:
    assert revoke(http, tokens["id_token"]).status_code == 200
    assert introspect(http, tokens["access_token"], api)["active"] is True
    assert RefreshToken.objects.get().revoked_at is None


@pytest.mark.requirement("C08")
def test_revoking_twice_is_fine_and_recorded_once(tokens: dict[str, Any], http: Client) -> None:
    for _ in range(2):
        assert revoke(http, tokens["refresh_token"]).status_code == 200
    assert OAuthTokenLog.objects.filter(event="token.revoked").count() == 1


@pytest.mark.requirement("B05", "C08")
def test_nothing_is_revoked_without_a_client_or_a_token(
    tokens: dict[str, Any], api: tuple[str, str], http: Client
) -> None:
    no_client = revoke(http, tokens["refresh_token"], client_id=None)
    assert (no_client.status_code, no_client.json()["error"]) == (401, "invalid_client")
    no_token = revoke(http, "")
    assert (no_token.status_code, no_token.json()["error"]) == (400, "invalid_request")
    in_address = http.post(f"/o/revoke_token/?token={tokens['refresh_token']}&client_id=notes")
    assert in_address.status_code == 415
    assert introspect(http, tokens["access_token"], api)["active"] is True


def test_the_token_of_a_client_itself_is_revoked_alone(api: tuple[str, str], http: Client) -> None:
    _, secret = create_client(name="Job", client_id="job", scopes="read")
    pair = [
        post(http, "/o/token/", basic=("job", secret), grant_type="client_credentials").json()["access_token"]
        for _ in range(2)
    ]
    answer = post(http, "/o/revoke_token/", basic=("job", secret), token=pair[0])
    assert answer.status_code == 200
    assert introspect(http, pair[0], api) == {"active": False}
    assert introspect(http, pair[1], api)["active"] is True

"""Every forged token at every door that reads one: refused in the standard's terms, never a 500."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core_app import keyring
from custom_scopes_and_policies_app.models import Application, RefreshToken
from custom_scopes_and_policies_app.request_parameters import MAX_QUERY
from tests.oauth import OAuthBrowser, introspect, post, refresh
from tests.spec.rfc8725.corpus import ALGORITHM, CLAIMS, ENCODING, HEADER, Forge, Make, b64

CORPUS = [
    pytest.param(ALGORITHM, id="algorithm", marks=pytest.mark.requirement("D01")),
    pytest.param(HEADER, id="header", marks=pytest.mark.requirement("D02", "D03")),
    pytest.param(CLAIMS, id="claims", marks=pytest.mark.requirement("D04")),
    pytest.param(ENCODING, id="encoding", marks=pytest.mark.requirement("D13")),
]
Corpus = dict[str, Make]


@pytest.fixture
def tokens(browser_of_somebody: OAuthBrowser, app: Application) -> dict[str, Any]:
    return browser_of_somebody.tokens(scope="openid offline_access")


def userinfo(token: str) -> Any:
    """Header fields are bytes, which WSGI hands on as Latin-1."""
    field = token.encode("utf-8", "surrogatepass").decode("latin-1")
    return Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {field}")


def forgeries(corpus: Corpus, token: str) -> Iterator[tuple[str, str]]:
    for name, make in corpus.items():
        forged = make(Forge.of(token))
        assert forged != token, name
        yield name, forged


@pytest.mark.parametrize("corpus", CORPUS)
def test_a_forged_access_token_opens_no_door(
    tokens: dict[str, Any], api: tuple[str, str], client: Client, corpus: Corpus
) -> None:
    for name, forged in forgeries(corpus, tokens["access_token"]):
        answer = userinfo(forged)
        assert answer.status_code == 401, name
        assert answer["WWW-Authenticate"].startswith('Bearer error="invalid_token"'), name
        assert answer.json()["error"] == "invalid_token", name
        has_nul = "\x00" in forged
        assert post(client, "/o/userinfo/", access_token=forged).status_code == (400 if has_nul else 401), (
            name
        )
        assert has_nul or introspect(client, forged, api) == {"active": False}, name
    assert userinfo(tokens["access_token"]).status_code == 200


@pytest.mark.parametrize("corpus", CORPUS)
def test_a_forged_token_revokes_nothing(tokens: dict[str, Any], client: Client, corpus: Corpus) -> None:
    for name, forged in forgeries(corpus, tokens["access_token"]):
        answer = post(client, "/o/revoke_token/", token=forged, client_id="notes")
        assert answer.status_code == (400 if "\x00" in forged else 200), name
        assert not RefreshToken.objects.filter(revoked_at__isnull=False).exists(), name


@pytest.mark.parametrize("corpus", CORPUS)
def test_a_forged_hint_is_no_hint(
    tokens: dict[str, Any], browser_of_somebody: OAuthBrowser, corpus: Corpus
) -> None:
    for name, forged in forgeries(corpus, tokens["id_token"]):
        answer = browser_of_somebody.authorize(id_token_hint=forged, prompt="none")
        if len(answer.request["QUERY_STRING"]) > MAX_QUERY:
            assert answer.status_code == 400, name
        else:
            assert answer.status_code == 303, name
            assert "error=invalid_request" in answer["Location"], name
        assert "code=" not in answer.get("Location", ""), name
        farewell = browser_of_somebody.client.get("/o/logout/", {"id_token_hint": forged})
        assert farewell.status_code == 400, name
    assert userinfo(tokens["access_token"]).status_code == 200, "nobody was signed out"


@pytest.mark.requirement("D03")
def test_one_kind_of_token_never_passes_for_another(
    tokens: dict[str, Any], browser_of_somebody: OAuthBrowser, api: tuple[str, str], client: Client
) -> None:
    assert userinfo(tokens["id_token"]).status_code == 401
    assert introspect(client, tokens["id_token"], api) == {"active": False}
    assert userinfo(tokens["refresh_token"]).status_code == 401
    for name in ("access_token", "refresh_token"):
        answer = browser_of_somebody.authorize(id_token_hint=tokens[name], prompt="none")
        assert "error=invalid_request" in answer["Location"]
        assert (
            browser_of_somebody.client.get("/o/logout/", {"id_token_hint": tokens[name]}).status_code == 400
        )
    for name in ("access_token", "id_token"):
        answer = refresh(client, tokens[name])
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("D10")
def test_a_thousand_unknown_kids_cost_a_reading_a_second_and_good_tokens_go_on(
    tokens: dict[str, Any],
) -> None:
    forge = Forge.of(tokens["access_token"])
    _header, payload, signature = forge.parts()
    assert userinfo(forge.token).status_code == 200
    began = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        for number in range(1000):
            header = b64({**forge.header, "kid": f"kid-{number}"})
            assert userinfo(f"{header}.{payload}.{signature}").status_code == 401
        assert userinfo(forge.token).status_code == 200
    seconds = time.monotonic() - began
    readings = [query for query in queries if "jwt_app_signingkey" in query["sql"]]
    # One for the unknown kids and one because the snapshot grew old, each at most once a second.
    assert len(readings) <= 2 * (seconds + 1)


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("D10")
def test_unknown_shared_keys_cost_no_statement_at_all(tokens: dict[str, Any]) -> None:
    forge = Forge.of(tokens["access_token"])
    assert userinfo(forge.token).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        for number in range(100):
            kid = f"hs-00000000-0000-7000-8000-{number:012}-1-{keyring.current_key_id()}"
            assert userinfo(forge.hmac_with(b"k" * 32, kid=kid)).status_code == 401
    assert [query["sql"] for query in queries if "signingkey" not in query["sql"]] == []

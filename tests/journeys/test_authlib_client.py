"""A stock OAuth client, Authlib's, configured by nothing but the issuer, against a running server."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from scripts.live_server import LiveServer, live_server
from scripts.walk import REDIRECTS, Walk, location_of

pytestmark = [pytest.mark.services, pytest.mark.once]

PHONE, PASSWORD = "+97688112233", "seven green bicycles"
CALLBACK = "http://127.0.0.1:9/callback"
API_SECRET = "only the api knows this"


@pytest.fixture(scope="module")
def running() -> Iterator[LiveServer]:
    with live_server() as server:
        server.manage("create_person", "--phone", PHONE, "--password", PASSWORD)
        server.manage(
            "create_client",
            "--name",
            "Desktop",
            "--client-id",
            "desktop",
            "--public",
            "--redirect-uri",
            CALLBACK,
        )
        server.manage(
            "create_client", "--name", "API", "--client-id", "api", "--client-secret", API_SECRET, "--may-introspect"
        )  # fmt: skip
        yield server


@pytest.fixture
def metadata(running: LiveServer) -> dict[str, Any]:
    answer = httpx.get(f"{running.url}/.well-known/openid-configuration", trust_env=False, timeout=120)
    return dict(answer.json())


def back_at_the_app(server: LiveServer, url: str) -> str:
    """The address at which the person's browser reaches the app, after signing in and allowing it."""
    browser = Walk(server.url, say=lambda line: None)
    page = browser.get(url, expect=(200, *REDIRECTS))
    for _ in range(8):
        if page.status_code in REDIRECTS:
            if location_of(page).startswith(CALLBACK):
                return location_of(page)
            page = browser.follow(page, expect=(200, *REDIRECTS))
        elif 'name="password"' in page.text:
            page = browser.submit(page, {"phone": PHONE, "password": PASSWORD})
        else:
            page = browser.submit(page, {"decision": "allow"})
    raise AssertionError("the way back to the app does not end")


@pytest.mark.requirement("feature:F01", "feature:F03", "feature:F05", "feature:F06")
def test_a_stock_client_signs_in_refreshes_asks_and_gives_back(
    running: LiveServer, metadata: dict[str, Any]
) -> None:
    verifier, nonce = generate_token(64), generate_token(20)
    with OAuth2Session(
        "desktop", scope="openid profile offline_access", redirect_uri=CALLBACK, code_challenge_method="S256",
        token_endpoint_auth_method="none",
    ) as client:  # fmt: skip
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        tokens = client.fetch_token(
            metadata["token_endpoint"], state=state, code_verifier=verifier,
            authorization_response=back_at_the_app(running, url),
        )  # fmt: skip
        identity = verified(tokens["id_token"], metadata)
        assert (identity["nonce"], identity["aud"]) == (nonce, "desktop")
        assert client.get(metadata["userinfo_endpoint"]).json()["sub"] == identity["sub"]

        renewed = client.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
        assert renewed["refresh_token"] != tokens["refresh_token"]
        assert introspected(renewed["access_token"], metadata)["sub"] == identity["sub"]

        given_back = client.revoke_token(metadata["revocation_endpoint"], token=renewed["refresh_token"])
        assert given_back.status_code == 200
        assert introspected(renewed["access_token"], metadata) == {"active": False}
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(metadata["token_endpoint"], refresh_token=renewed["refresh_token"])
        assert client.get(metadata["userinfo_endpoint"]).status_code == 401


def verified(id_token: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """The claims of an ID token, as Authlib's companion for signatures reads them."""
    keys = KeySet.import_key_set(httpx.get(metadata["jwks_uri"], trust_env=False, timeout=120).json())
    token = jwt.decode(id_token, keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    jwt.JWTClaimsRegistry(iss={"essential": True, "value": metadata["issuer"]}).validate(token.claims)
    return dict(token.claims)


def introspected(token: str, metadata: dict[str, Any]) -> dict[str, Any]:
    with OAuth2Session("api", API_SECRET) as api:
        return dict(api.introspect_token(metadata["introspection_endpoint"], token=token).json())

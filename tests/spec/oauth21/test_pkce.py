"""RFC 7636 and RFC 9700 §4.8: challenge and verifier come together or not at all."""

from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from tests.oauth import CALLBACK, VERIFIER, OAuthBrowser, post

CONFIDENTIAL = ("web", "secret-of-web")


@pytest.fixture
def web(server: None) -> None:
    """A confidential OpenID Connect client that is exempted from PKCE."""
    client, _ = create_client(
        name="Web", client_id=CONFIDENTIAL[0], client_secret=CONFIDENTIAL[1], is_first_party=True,
        redirect_uris=[CALLBACK],
    )  # fmt: skip
    client.is_pkce_required = False
    client.save()


def redeem(code: str, verifier: str | None) -> Any:
    return post(
        Client(), "/o/token/", basic=CONFIDENTIAL, grant_type="authorization_code", code=code,
        redirect_uri=CALLBACK, code_verifier=verifier,
    )  # fmt: skip


@pytest.mark.requirement("A05")
@pytest.mark.parametrize(
    ("has_challenge", "verifier", "is_fine"),
    [
        (True, VERIFIER, True),
        (True, None, False),
        (True, "w" * 43, False),
        (True, VERIFIER[:-1], False),
        (False, None, True),
        (False, VERIFIER, False),
    ],
)
def test_4_8_2_challenge_and_verifier_cannot_be_parted(
    browser_of_somebody: OAuthBrowser, web: None, has_challenge: bool, verifier: str | None, is_fine: bool
) -> None:
    without: dict[str, None] = {"code_challenge": None, "code_challenge_method": None}
    code = browser_of_somebody.code(client_id="web", **({} if has_challenge else without))
    answer = redeem(code, verifier)
    if is_fine:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"
        assert "access_token" not in answer.json()


@pytest.mark.requirement("A04", "A05")
@pytest.mark.parametrize("is_public", [True, False])
def test_2_1_1_without_an_exemption_a_challenge_is_required(
    browser_of_somebody: OAuthBrowser, web: None, is_public: bool
) -> None:
    create_client(
        name="Strict", client_id="strict", is_public=is_public, is_first_party=True, redirect_uris=[CALLBACK]
    )
    answer = browser_of_somebody.authorize(
        client_id="strict", code_challenge=None, code_challenge_method=None
    )
    assert "error=invalid_request" in answer["Location"]
    assert "code=" not in answer["Location"]


@pytest.mark.requirement("A04")
@pytest.mark.parametrize("method", ["plain", "s256", "S512", "S256 plain", None])
def test_4_2_only_s256_is_a_method(browser_of_somebody: OAuthBrowser, web: None, method: str | None) -> None:
    answer = browser_of_somebody.authorize(
        client_id="web", code_challenge=VERIFIER, code_challenge_method=method
    )
    assert "error=invalid_request" in answer["Location"]
    assert "code=" not in answer["Location"]

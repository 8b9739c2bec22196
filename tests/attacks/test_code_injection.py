"""Somebody tries to get a code redeemed that is not theirs: what binds a code to the request it came from."""

from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, VERIFIER, OAuthBrowser, challenge_of, exchange, post

SECOND = "https://notes.example/second"
WITHOUT_PKCE: dict[str, None] = {"code_challenge": None, "code_challenge_method": None}


@pytest.fixture
def quiet_app(app: Application) -> Application:
    """Our own app, so that no test here is about consent."""
    app.is_first_party = True
    app.save()
    return app


@pytest.fixture
def web(server: None) -> tuple[str, str]:
    """A confidential client that is exempted from PKCE."""
    client, secret = create_client(
        name="Web", client_id="web", is_first_party=True, redirect_uris=[CALLBACK, SECOND]
    )
    client.is_pkce_required = False
    client.save()
    return client.client_id, secret


def redeem(web: tuple[str, str], code: str, **changes: str | None) -> Any:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **changes}
    return post(Client(), "/o/token/", basic=web, **fields)


@pytest.mark.requirement("A04", "A05")
@pytest.mark.parametrize("scope", ["read", "read write"])
def test_without_openid_nothing_stands_in_for_a_challenge(
    browser_of_somebody: OAuthBrowser, web: tuple[str, str], scope: str
) -> None:
    answer = browser_of_somebody.authorize(client_id="web", scope=scope, **WITHOUT_PKCE)
    assert "error=invalid_request" in answer["Location"]
    assert "code=" not in answer["Location"]
    with_nonce = browser_of_somebody.code(client_id="web", scope=f"openid {scope}", **WITHOUT_PKCE)
    assert redeem(web, with_nonce).status_code == 200


@pytest.mark.requirement("A05")
@pytest.mark.parametrize(
    "verifier", ["x", "v" * 42, "v" * 129, "v" * 42 + " ", "v" * 42 + "é", "v" * 42 + "+"]
)
def test_a_verifier_that_could_be_guessed_is_refused(
    browser_of_somebody: OAuthBrowser, quiet_app: Application, verifier: str
) -> None:
    code = browser_of_somebody.code(code_challenge=challenge_of(verifier))
    answer = exchange(Client(), code, code_verifier=verifier)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "access_token" not in answer.json()


@pytest.mark.requirement("B03", "feature:F01")
@pytest.mark.parametrize("redirect_uri", [CALLBACK, SECOND])
def test_with_a_verifier_the_redirect_uri_need_not_come_again_but_must_fit_when_it_does(
    browser_of_somebody: OAuthBrowser, quiet_app: Application, redirect_uri: str
) -> None:
    quiet_app.redirect_uris = f"{CALLBACK} {SECOND}"
    quiet_app.save()
    location = browser_of_somebody.authorize(redirect_uri=redirect_uri)["Location"]
    code = location.partition("code=")[2].partition("&")[0]
    other = SECOND if redirect_uri == CALLBACK else CALLBACK
    assert exchange(Client(), code, redirect_uri=other).json()["error"] == "invalid_grant"
    assert exchange(Client(), code, redirect_uri=None).status_code == 200


@pytest.mark.requirement("B03")
def test_without_a_verifier_the_redirect_uri_has_to_come_again(
    browser_of_somebody: OAuthBrowser, web: tuple[str, str]
) -> None:
    code = browser_of_somebody.code(client_id="web", **WITHOUT_PKCE)
    left_out = redeem(web, code, redirect_uri=None)
    assert left_out.status_code == 400
    assert "access_token" not in left_out.json()
    assert redeem(web, code, redirect_uri=SECOND).json()["error"] == "invalid_grant"
    assert redeem(web, code, code_verifier=VERIFIER).json()["error"] == "invalid_grant"
    assert redeem(web, code).status_code == 200

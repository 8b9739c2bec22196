"""The basic and form_post plans: code flows that have to succeed, and what the ID token and userinfo then say."""

import json
from typing import Any

import jwt
import pytest
from django.core.exceptions import ValidationError

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from tests.oauth import CALLBACK, FORM, VERIFIER, challenge_of, post
from tests.spec.conformance.conftest import registered
from tests.spec.conformance.relying_party import RelyingParty, SignIn, bearer, checked_tokens

pytestmark = pytest.mark.requirement("feature:F06")


def test_oidcc_server(rp: RelyingParty, person: User) -> None:
    """A plain code flow gives an ID token and an access token about the person who signed in."""
    sign_in = rp.sign_in()
    assert sign_in.response.pages == ("login", "consent")
    assert sign_in.identity["sub"] == str(person.sub)
    assert sign_in.tokens["scope"] == "openid"
    assert rp.userinfo(sign_in.tokens, sign_in.identity["sub"]) == {"sub": str(person.sub)}


def test_oidcc_alternate_happy_flow(rp: RelyingParty) -> None:
    """The order of scopes and of parameters does not matter."""
    parameters = rp.request(scope="phone profile openid")
    backwards = dict(reversed(parameters.items()))
    response = rp.follow(rp.ask(backwards))
    tokens = checked_tokens(rp.redeem(response.code))
    assert set(tokens["scope"].split()) == {"openid", "profile", "phone"}
    rp.verify(tokens, nonce=parameters["nonce"])


def test_oidcc_ensure_post_request_succeeds(rp: RelyingParty) -> None:
    """The authorization endpoint takes a POST as it takes a GET (OIDC Core §3.1.2.1)."""
    answer = rp.browser.client.post(rp.metadata["authorization_endpoint"], rp.request())
    tokens = checked_tokens(rp.redeem(rp.follow(answer).code))
    rp.verify(tokens, nonce="n-1")


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(rp: RelyingParty) -> None:
    """In the code flow a nonce may be left out, and the ID token then has none."""
    assert "nonce" not in rp.sign_in(nonce=None).identity


def test_oidcc_ensure_request_with_valid_pkce_succeeds(rp: RelyingParty) -> None:
    """A client that need not send PKCE may, and the verifier is then checked."""
    asked = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    wrong = rp.redeem(rp.authorize(**asked).code, code_verifier="w" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    tokens = checked_tokens(rp.redeem(rp.authorize(**asked).code, code_verifier=VERIFIER))
    rp.verify(tokens, nonce="n-1")


def test_oidcc_server_client_secret_post(rp: RelyingParty, response_mode: str) -> None:
    """A client may send its secret in the body."""
    posting = registered("conformance-post", "client_secret_post")
    posting.response_mode = response_mode
    answer = post(
        posting.back_channel, posting.metadata["token_endpoint"], grant_type="authorization_code",
        code=posting.authorize().code, redirect_uri=CALLBACK, client_id=posting.client_id,
        client_secret=posting.secret,
    )  # fmt: skip
    posting.verify(checked_tokens(answer), nonce="n-1")


def test_oidcc_idtoken_signature(rp: RelyingParty) -> None:
    """Without another word an ID token is signed with RS256, by a key that the JWKS names."""
    header = jwt.get_unverified_header(rp.sign_in().tokens["id_token"])
    keys = rp.back_channel.get(rp.metadata["jwks_uri"]).json()["keys"]
    (named,) = [key for key in keys if key["kid"] == header["kid"]]
    assert (header["alg"], named["kty"], named["use"], named["alg"]) == ("RS256", "RSA", "sig", "RS256")
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & named.keys()


def test_oidcc_idtoken_unsigned(rp: RelyingParty) -> None:
    """Skipped by the suite where `none` is not offered: it is not, and nobody can be registered with it."""
    assert "none" not in rp.metadata["id_token_signing_alg_values_supported"]
    with pytest.raises(ValidationError):
        create_client(name="Unsigned", algorithm="none", redirect_uris=[CALLBACK])


@pytest.fixture
def signed_in(rp: RelyingParty) -> SignIn:
    return rp.sign_in(scope="openid email")


def assert_is_about(claims: dict[str, Any], sign_in: SignIn) -> None:
    assert claims["sub"] == sign_in.identity["sub"]
    assert claims["email"] == "oyun@example.com"


def test_oidcc_userinfo_get(rp: RelyingParty, signed_in: SignIn) -> None:
    """Userinfo answers a GET with the token in the header."""
    answer = rp.back_channel.get(rp.metadata["userinfo_endpoint"], headers=bearer(signed_in.tokens))
    assert_is_about(rp.checked_userinfo(answer), signed_in)


def test_oidcc_userinfo_post_header(rp: RelyingParty, signed_in: SignIn) -> None:
    """Userinfo answers a POST with the token in the header."""
    answer = rp.back_channel.post(rp.metadata["userinfo_endpoint"], headers=bearer(signed_in.tokens))
    assert_is_about(rp.checked_userinfo(answer), signed_in)


def test_oidcc_userinfo_post_body(rp: RelyingParty, signed_in: SignIn) -> None:
    """Userinfo answers a POST with the token in the body."""
    body = f"access_token={signed_in.tokens['access_token']}"
    answer = rp.back_channel.post(rp.metadata["userinfo_endpoint"], body, content_type=FORM)
    assert_is_about(rp.checked_userinfo(answer), signed_in)


def test_oidcc_claims_essential(rp: RelyingParty, person: User) -> None:
    """A claim that is asked for by name is at userinfo, and not in the ID token."""
    asked = {"userinfo": {"name": {"essential": True}}}
    sign_in = rp.sign_in(claims=json.dumps(asked))
    assert rp.userinfo(sign_in.tokens, sign_in.identity["sub"])["name"] == person.name
    assert "name" not in sign_in.identity

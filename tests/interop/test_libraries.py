"""Our tokens under four other implementations, with nothing but the discovery document to start from."""

import base64
import hashlib
import json
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import jwt as pyjwt
import pytest
from django.test import Client
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt
from jwcrypto import jwk as jwcrypto_jwk  # type: ignore[import-untyped]
from jwcrypto import jwt as jwcrypto_jwt

from tests.oauth import OAuthBrowser
from tests.signed_apps import ALGORITHMS, SignedApp, signed_app

with warnings.catch_warnings(record=True):
    # Authlib announces that its JOSE part moves to joserfc; apps in the field still use it.
    from authlib.jose import JsonWebKey, JsonWebToken

ISSUER = "http://testserver"
# joserfc warns that RFC 9864 prefers the name "Ed25519"; "EdDSA" is what discovery and libraries know today.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
Keys = dict[str, Any]
Verifier = Callable[[str, Keys, str, str], dict[str, Any]]


def with_pyjwt(token: str, keys: Keys, algorithm: str, audience: str) -> dict[str, Any]:
    kid = pyjwt.get_unverified_header(token)["kid"]
    key = pyjwt.PyJWKSet.from_dict(keys)[kid]
    return dict(pyjwt.decode(token, key, algorithms=[algorithm], audience=audience, issuer=ISSUER))


def with_joserfc(token: str, keys: Keys, algorithm: str, audience: str) -> dict[str, Any]:
    key_set = joserfc_jwk.KeySet.import_key_set(keys)  # type: ignore[arg-type]
    decoded = joserfc_jwt.decode(token, key_set, algorithms=[algorithm])
    joserfc_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": audience}
    ).validate(decoded.claims)
    return dict(decoded.claims)


def with_jwcrypto(token: str, keys: Keys, algorithm: str, audience: str) -> dict[str, Any]:
    key_set = jwcrypto_jwk.JWKSet.from_json(json.dumps(keys))
    checked = jwcrypto_jwt.JWT(
        jwt=token, key=key_set, algs=[algorithm], check_claims={"iss": ISSUER, "aud": audience}
    )
    return dict(json.loads(checked.claims))


def with_authlib(token: str, keys: Keys, algorithm: str, audience: str) -> dict[str, Any]:
    options = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": audience}}
    claims = JsonWebToken([algorithm]).decode(token, JsonWebKey.import_key_set(keys), claims_options=options)
    claims.validate()
    return dict(claims)


VERIFIERS: list[Verifier] = [with_pyjwt, with_joserfc, with_jwcrypto, with_authlib]


def published_keys(client: Client) -> Keys:
    """From the issuer to the keys, as a library finds them."""
    discovery = client.get("/.well-known/openid-configuration").json()
    assert discovery["issuer"] == ISSUER
    answer = client.get(urlsplit(discovery["jwks_uri"]).path)
    assert answer["Cache-Control"] == "public, max-age=300"
    return dict(answer.json())


def keys_of(app: SignedApp, client: Client, token: str) -> Keys:
    """The published keys; for HS256 the app's secret, which OIDC Core §10.1 takes by its octets."""
    if app.application.algorithm != "HS256":
        return published_keys(client)
    octets = base64.urlsafe_b64encode(app.secret.encode()).rstrip(b"=").decode()
    kid = pyjwt.get_unverified_header(token)["kid"]
    return {"keys": [{"kty": "oct", "k": octets, "kid": kid, "alg": "HS256"}]}


@pytest.mark.requirement("feature:F02", "feature:F06")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_library_verifies_access_and_id_tokens(
    browser_of_somebody: OAuthBrowser, client: Client, algorithm: str
) -> None:
    app = signed_app(algorithm)
    answer = app.tokens(browser_of_somebody)
    for verifier in VERIFIERS:
        for name, audience in (("access_token", ISSUER), ("id_token", app.application.client_id)):
            claims = verifier(answer[name], keys_of(app, client, answer[name]), algorithm, audience)
            assert claims["iss"] == ISSUER
            assert claims["sub"]
            assert claims["aud"] == audience
    assert pyjwt.get_unverified_header(answer["access_token"])["typ"] == "at+jwt"


@pytest.mark.requirement("feature:F06")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_at_hash_binds_the_id_token_to_the_access_token(
    browser_of_somebody: OAuthBrowser, client: Client, algorithm: str
) -> None:
    app = signed_app(algorithm)
    answer = app.tokens(browser_of_somebody)
    keys = keys_of(app, client, answer["id_token"])
    claims = with_pyjwt(answer["id_token"], keys, algorithm, app.application.client_id)
    # OIDC Core §3.1.3.6; Ed25519 hashes with SHA-512 inside.
    whole = hashlib.new(
        "sha512" if algorithm == "EdDSA" else "sha256", answer["access_token"].encode()
    ).digest()
    half = base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
    assert claims["at_hash"] == half


@pytest.mark.requirement("D11")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_key_set_has_public_members_only(server: None, client: Client, algorithm: str) -> None:
    signed_app(algorithm)
    for jwk in published_keys(client)["keys"]:
        assert jwk["kty"] in {"RSA", "EC", "OKP"}
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & jwk.keys()

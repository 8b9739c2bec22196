"""Checks the ID token as a client must (OIDC Core §3.1.3.7), with the server's published keys."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import jwt

from demo_app.conf import CLIENT_ID
from demo_app.server import ServerUnreachable, call

ALGORITHMS = ["RS256", "ES256", "EdDSA"]
HASHES = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}
LEEWAY_SECONDS = 5


class BadIdToken(Exception):
    """The ID token is not what this client asked for; the text says in what."""


def verify(
    id_token: str, *, metadata: Mapping[str, Any], nonce: str | None, access_token: str
) -> dict[str, Any]:
    """The claims of a good ID token. Raises BadIdToken. `nonce` None: not compared (after a refresh)."""
    try:
        header = jwt.get_unverified_header(id_token)
        claims: dict[str, Any] = jwt.decode(
            id_token,
            _key(metadata, str(header.get("kid", ""))),
            algorithms=ALGORITHMS,
            audience=CLIENT_ID,
            issuer=str(metadata["issuer"]),
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except (jwt.PyJWTError, ServerUnreachable) as error:
        raise BadIdToken(str(error)) from error
    if nonce is not None and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise BadIdToken("the nonce is not the one that was sent")
    if "at_hash" in claims and claims["at_hash"] != _at_hash(access_token, str(header["alg"])):
        raise BadIdToken("at_hash does not belong to the access token")
    return claims


def _key(metadata: Mapping[str, Any], kid: str) -> jwt.PyJWK:
    answer = call("GET", str(metadata["jwks_uri"]))
    if not answer.is_good or not isinstance(answer.body, dict):
        raise ServerUnreachable(answer.problem)
    for key in jwt.PyJWKSet.from_dict(answer.body).keys:
        if key.key_id == kid:
            return key
    raise BadIdToken(f"the server publishes no key {kid}")


def _at_hash(access_token: str, algorithm: str) -> str:
    """OIDC Core §3.1.3.6: the left half of the hash."""
    digest = HASHES[algorithm](access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")

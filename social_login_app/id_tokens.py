"""The ID token, checked as a client must (OIDC Core §3.1.3.7): signature, issuer, audience, times, nonce, at_hash."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from social_login_app.errors import NotConfirmed
from social_login_app.line import Line
from social_login_app.metadata import Metadata, keys_of
from social_login_app.providers import Provider

# Asymmetric ones only: a client secret must not be able to sign for the issuer, and "none" signs nothing.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
KEY_TYPES = {"RSA", "EC", "OKP"}
LEEWAY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Expected:
    """What came, and what it must fit. `not_before`: the person was asked after this moment (POSIX seconds)."""

    id_token: object
    access_token: str
    nonce: str
    not_before: float | None = None


def verify(provider: Provider, metadata: Metadata, line: Line, expected: Expected) -> dict[str, Any]:
    """The claims of a good ID token. Raises NotConfirmed, and ProviderAway when its keys cannot be had."""
    if not isinstance(expected.id_token, str):
        raise NotConfirmed(provider.label, f"{provider.id}: no ID token")
    algorithms = [name for name in ALGORITHMS if name in metadata.algorithms]
    if not algorithms:  # an empty list would mean the library's own
        raise NotConfirmed(provider.label, f"{provider.id}: no algorithm in common")
    keys = keys_of(provider, metadata, line, kid=_kid(expected.id_token))
    try:
        token = jwt.decode(expected.id_token, _key_set(keys), algorithms=algorithms)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": metadata.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            params={
                "nonce": expected.nonce,
                "client_id": provider.client_id,
                "access_token": expected.access_token,
            },
        )
        claims.validate(leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, AttributeError, KeyError) as error:
        # Libraries trip over odd types in many ways; each of them means no.
        raise NotConfirmed(provider.label, f"{provider.id}: ID token: {type(error).__name__}") from error
    _require_fresh(provider, claims, expected.not_before)
    return dict(claims)


def _require_fresh(provider: Provider, claims: CodeIDToken, not_before: float | None) -> None:
    """OIDC Core §3.1.3.7 (13): who was to be asked again must have been."""
    if not_before is None:
        return
    asked_at = claims.get("auth_time")
    if not isinstance(asked_at, int | float) or asked_at < not_before - LEEWAY_SECONDS:
        raise NotConfirmed(provider.label, f"{provider.id}: ID token: the person was not asked again")


def _key_set(keys: list[dict[str, Any]]) -> KeySet:
    """Keys of kinds that are not known here are left out, not fatal (RFC 7517 §5)."""
    return KeySet.import_key_set({"keys": [key for key in keys if key.get("kty") in KEY_TYPES]})


def _kid(id_token: str) -> str:
    """The key id that the unverified header names; "" when it cannot be read."""
    head = id_token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        return ""
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else ""

"""Sign and verify the tokens of this server (RFC 7515, 7519, 8725).

`verify` accepts exactly what `sign` makes and nothing else: one spelling of each part, three header members,
a fixed list of algorithms. cryptography signs, PyJWT's algorithm classes verify; the envelope is checked here: it is
more closed than a general library's can be. HS256 counts only where the caller says which keys clients share.
"""

import base64
import binascii
import json
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from jwt_app.algorithms import ALGORITHMS
from jwt_app.errors import InvalidToken, NoActiveKey
from jwt_app.keys import VerificationKey, active_key, hint_key, verification_key
from jwt_app.shared_keys import (
    HS256,
    SharedKey,
    SharedKeyFinder,
    fits,
    has_server_mac,
    make_signature,
    with_server_mac,
)

__all__ = [
    "ACCESS_TOKEN_TYPE",
    "ID_TOKEN_TYPE",
    "LOGOUT_TOKEN_TYPE",
    "MAX_TOKEN_BYTES",
    "InvalidToken",
    "sign",
    "verify",
]

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105  (RFC 9068 §2.1)
ID_TOKEN_TYPE = "JWT"  # noqa: S105
LOGOUT_TOKEN_TYPE = "logout+jwt"  # noqa: S105  (OIDC Back-Channel Logout §2.4)
MAX_TOKEN_BYTES = 8192
MAX_LEEWAY_SECONDS = 60
# Another node of ours may be ahead by this much when it signs; nobody gains by a later `iat`.
CLOCK_SKEW_SECONDS = 60

_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_ACCEPTED = frozenset({*ALGORITHMS, HS256})
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ"})
_encode_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def sign(
    claims: Mapping[str, Any], *, typ: str, algorithm: str = "RS256", shared_key: SharedKey | None = None
) -> str:
    """A compact JWS of the claims under the active key, or with HS256 under the key shared with a client.

    Raises NoActiveKey when there is no such key.
    """
    if algorithm == HS256:
        return _sign_shared(claims, typ, shared_key)
    key = active_key(algorithm)
    signing_input = f"{_header_segment(key.kid, algorithm, typ)}.{_payload_segment(claims)}"
    signature = ALGORITHMS[algorithm].sign(key.private, signing_input.encode())
    return f"{signing_input}.{_to_base64url(signature)}"


def _sign_shared(claims: Mapping[str, Any], typ: str, key: SharedKey | None) -> str:
    if key is None:
        raise NoActiveKey(HS256)
    payload = _payload_segment(with_server_mac(claims, typ=typ, kid=key.kid))
    signing_input = f"{_header_segment(key.kid, HS256, typ)}.{payload}"
    return f"{signing_input}.{_to_base64url(make_signature(signing_input.encode(), key))}"


def verify(
    token: str,
    *,
    typ: str,
    audience: str | None = None,
    leeway: int = 0,
    allow_expired: bool = False,
    shared_keys: SharedKeyFinder | None = None,
) -> dict[str, Any]:
    """The claims of a token that this server signed, for this use, and that is valid now.

    `audience` must be among its own when given; `leeway` is in seconds, 60 at most. `allow_expired` is for
    `id_token_hint` only (OIDC RP-Initiated Logout §2). `shared_keys` finds the keys of HS256; without it HS256 is
    refused, and with it the caller checks that the key is the one of the token's client. Raises InvalidToken for all
    else.
    """
    if not 0 <= leeway <= MAX_LEEWAY_SECONDS:
        raise ValueError(f"leeway must be 0 to {MAX_LEEWAY_SECONDS} seconds")
    if len(token) > MAX_TOKEN_BYTES:
        raise InvalidToken("longer than 8 KB")
    parts = _SHAPE.fullmatch(token)
    if parts is None:
        raise InvalidToken("not three base64url parts")
    header, payload, signature = parts.groups()
    kid, algorithm, stated_typ = _read_header(header)
    if stated_typ != typ:
        raise InvalidToken("another type of token")
    signed = token[: parts.end(2)].encode()
    if algorithm == HS256:
        _check_shared(signed, _from_base64url(signature), kid, shared_keys)
    else:
        key = _public_key(kid, algorithm, for_hint=allow_expired)
        if token not in key.seen:
            _check_public(signed, _from_base64url(signature), key)
            key.seen.add(token)
    claims = _object(payload)
    if algorithm == HS256 and not has_server_mac(claims, typ=typ, kid=kid):
        raise InvalidToken("signed by its client, not by this server")
    _check_issuer_and_audience(claims, audience)
    _check_times(claims, leeway=leeway, allow_expired=allow_expired)
    return claims


@lru_cache(maxsize=64)
def _read_header(segment: str) -> tuple[str, str, object]:
    """Key id, algorithm and type of a header. All tokens of one kind under one key have the very same.

    What it names is looked up among our own only: `jwk`, `jku`, `x5c`, `x5u`, `crit` are refused.
    """
    header = _object(segment)
    if header.keys() != _HEADER_MEMBERS:
        raise InvalidToken("header members other than alg, kid, typ")
    kid, algorithm = header["kid"], header["alg"]
    if not isinstance(kid, str) or not isinstance(algorithm, str) or algorithm not in _ACCEPTED:
        raise InvalidToken("algorithm not allowed")
    return kid, algorithm, header["typ"]


def _public_key(kid: str, algorithm: str, *, for_hint: bool) -> VerificationKey:
    """The key as the ring has it now: one that was retired or revoked verifies nothing, seen or not."""
    key = hint_key(kid) if for_hint else verification_key(kid)
    if key is None or key.algorithm != algorithm:
        raise InvalidToken("unknown key, or not of this algorithm")
    return key


def _check_public(signed: bytes, signature: bytes, key: VerificationKey) -> None:
    if not ALGORITHMS[key.algorithm].engine.verify(signed, key.public, signature):
        raise InvalidToken("signature does not fit")


def _check_shared(signed: bytes, signature: bytes, kid: str, find: SharedKeyFinder | None) -> None:
    """Only a key that a client shares can be meant: no key of the ring ever serves HS256 (RFC 8725 §2.1)."""
    key = find(kid) if find is not None else None
    if key is None or key.kid != kid:
        raise InvalidToken("algorithm not allowed")
    if not fits(signed, key, signature):
        raise InvalidToken("signature does not fit")


def _check_issuer_and_audience(claims: Mapping[str, Any], audience: str | None) -> None:
    if claims.get("iss") != settings.ISSUER_URL:
        raise InvalidToken("another issuer")
    stated = claims.get("aud")
    audiences = [stated] if isinstance(stated, str) else stated
    if (
        not isinstance(audiences, list)
        or not audiences
        or not all(isinstance(name, str) for name in audiences)
    ):
        raise InvalidToken("no audience")
    if audience is not None and audience not in audiences:
        raise InvalidToken("another audience")


def _check_times(claims: Mapping[str, Any], *, leeway: int, allow_expired: bool) -> None:
    now = time.time()
    if now >= _seconds(claims, "exp") + leeway and not allow_expired:
        raise InvalidToken("expired")
    if _seconds(claims, "iat") > now + CLOCK_SKEW_SECONDS:
        raise InvalidToken("issued in the future")
    if "nbf" in claims and _seconds(claims, "nbf") > now + leeway:
        raise InvalidToken("not valid yet")


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int:  # bool is an int to isinstance
        raise InvalidToken(f"{name} is not a number of seconds")
    return value


def _object(segment: str) -> dict[str, Any]:
    """The JSON object in a part."""
    try:
        value = _decode_json(_from_base64url(segment).decode())
    except (ValueError, RecursionError) as error:
        raise InvalidToken("not JSON") from error
    if not isinstance(value, dict):
        raise InvalidToken("not a JSON object")
    return value


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidToken("a member twice")
    return members


def _refuse_constant(name: str) -> None:
    raise InvalidToken(f"{name} in JSON")


# One reading only: no duplicate members, no NaN (RFC 8259 §4).
_decode_json = json.JSONDecoder(object_pairs_hook=_unique_members, parse_constant=_refuse_constant).decode


def _payload_segment(claims: Mapping[str, Any]) -> str:
    return _to_base64url(_encode_json(dict(claims)).encode())


def _to_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    """Decode the one canonical spelling: unused bits must be zero, so that a token has no second form."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidToken("not base64url") from error
    if _to_base64url(raw) != text:
        raise InvalidToken("not canonical base64url")
    return raw


@lru_cache(maxsize=64)
def _header_segment(kid: str, algorithm: str, typ: str) -> str:
    return _to_base64url(_encode_json({"alg": algorithm, "kid": kid, "typ": typ}).encode())

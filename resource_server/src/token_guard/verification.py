"""Verifies an access token by itself: form, signature, issuer, audience, times (RFC 9068 §4, RFC 8725)."""

from collections.abc import Sequence
from typing import Any

import jwt

from token_guard.errors import InvalidToken
from token_guard.keys import ALGORITHMS, KeyRing

MAX_TOKEN_BYTES = 8192
MAX_LEEWAY_SECONDS = 60
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"]
TIMES = ("exp", "iat", "nbf", "auth_time")


class Verifier:
    """Accepts the access tokens of one issuer that are meant for one of our audiences. `leeway` is in seconds."""

    def __init__(self, keys: KeyRing, *, issuer: str, audiences: Sequence[str], leeway: int) -> None:
        if not audiences or not all(audiences):
            raise ValueError("name the audience: a token for another API is not for this one (RFC 9068 §4)")
        if not 0 <= leeway <= MAX_LEEWAY_SECONDS:
            raise ValueError(f"leeway must be 0 to {MAX_LEEWAY_SECONDS} seconds")
        self._keys = keys
        self._issuer = issuer
        self._audiences = list(audiences)
        self._leeway = leeway

    def verify(self, token: str) -> dict[str, Any]:
        """The claims. Raises InvalidToken, or TemporarilyUnavailable while the issuer's keys are unknown."""
        if len(token) > MAX_TOKEN_BYTES:
            raise InvalidToken("longer than 8 KB")
        try:
            kid = _key_id(jwt.get_unverified_header(token))
            key = self._keys.find(kid)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[str(key.algorithm_name)],
                issuer=self._issuer,
                audience=self._audiences,
                leeway=self._leeway,
                options={"require": REQUIRED},
            )
        except jwt.PyJWTError as error:
            raise InvalidToken(str(error)) from error
        except (ValueError, OverflowError, RecursionError) as error:
            # Odd JSON that the library does not expect.
            raise InvalidToken("unreadable") from error
        _check_claims(claims)
        return claims


def _key_id(header: dict[str, Any]) -> str:
    """The key id of a header that may belong to an access token; looked at before any key is searched for.

    Keys that a header brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) are never looked at (RFC 8725 §3.10).
    """
    kid, typ, algorithm = header.get("kid"), header.get("typ"), header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidToken("algorithm not allowed")
    # RFC 9068 §4; RFC 7515 §4.1.9: a media type, so letters count alike and "application/" may be left out.
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != "at+jwt":
        raise InvalidToken("not an access token")
    if "crit" in header:
        raise InvalidToken("an extension that is not understood")
    if not isinstance(kid, str) or not kid:
        raise InvalidToken("no key id")
    return kid


def _check_claims(claims: dict[str, Any]) -> None:
    if any(type(claims[name]) is not int for name in TIMES if name in claims):  # bool is an int to isinstance
        raise InvalidToken("a time is not a number of seconds")
    if not isinstance(claims["client_id"], str):
        raise InvalidToken("client_id is not a text")
    if "cnf" in claims:
        # RFC 9449 §7, RFC 8705 §3: bound to a key whose proof is not checked here, so it is no bearer token.
        raise InvalidToken("a sender-constrained token presented as a bearer token")

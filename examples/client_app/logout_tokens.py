"""Checks the logout tokens that the server sends when a session ends (OIDC Back-Channel Logout 1.0 §2.6)."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["RS256", "ES256", "EdDSA"]
EVENT = "http://schemas.openid.net/event/backchannel-logout"
KEYS_SECONDS = 60.0
OLDEST_SECONDS = 300
LEEWAY_SECONDS = 60
FetchKeys = Callable[[], Any]


class BadLogoutToken(Exception):
    """The token does not end a session here."""


class LogoutTokens:
    """The logout tokens of one issuer for one client. `fetch_keys` gives the issuer's JWK Set as it is now."""

    def __init__(self, *, issuer: str, client_id: str, fetch_keys: FetchKeys) -> None:
        self._registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
            sid={"essential": True},
        )
        self._fetch_keys = fetch_keys
        self._keys: KeySet | None = None
        self._next_fetch = float("-inf")
        self._seen: dict[str, float] = {}
        self._lock = Lock()

    def read(self, text: str) -> str:
        """The `sid` of the session that ended. Raises BadLogoutToken, also for a token that came before."""
        try:
            token = self._decode(text)
            self._registry.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise BadLogoutToken(str(error)) from error
        claims = token.claims
        if str(token.header.get("typ", "")).lower().removeprefix("application/") != "logout+jwt":
            raise BadLogoutToken("not a logout token")
        if "nonce" in claims or not isinstance(claims.get("events"), dict) or EVENT not in claims["events"]:
            raise BadLogoutToken("not about a log-out")
        if claims["iat"] < time.time() - OLDEST_SECONDS:
            raise BadLogoutToken("too old")
        self._see_once(str(claims["jti"]))
        return str(claims["sid"])

    def _decode(self, text: str) -> jwt.Token:
        # A stranger's key ids must not make us fetch: the keys are looked at again once a minute at most.
        registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(text, self._known_keys(), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(text, self._known_keys(looks_again=True), registry=registry)

    def _known_keys(self, *, looks_again: bool = False) -> KeySet:
        with self._lock:
            if self._keys is None or (looks_again and time.monotonic() >= self._next_fetch):
                self._keys = KeySet.import_key_set(self._fetch_keys())
                self._next_fetch = time.monotonic() + KEYS_SECONDS
            return self._keys

    def _see_once(self, jti: str) -> None:
        now = time.monotonic()
        with self._lock:
            # Older ones are refused by their `iat`.
            self._seen = {known: until for known, until in self._seen.items() if until > now}
            if jti in self._seen:
                raise BadLogoutToken("came before")
            self._seen[jti] = now + OLDEST_SECONDS + LEEWAY_SECONDS

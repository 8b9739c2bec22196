"""The issuer's public keys: cached, renewed quietly, never lost to a failure, never fetched at a stranger's command."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from token_guard.errors import InvalidToken, TemporarilyUnavailable
from token_guard.issuer import RETRY_SECONDS, Clock, Issuer

logger = logging.getLogger("token_guard")

# Fixed, and only signatures with a public key: a secret could be mistaken for one (RFC 8725 §3.1, §3.2).
ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
RSA_MIN_BITS = 2048
MAX_KEYS = 64
KEYS_SECONDS = 300.0
UNKNOWN_KEY_SECONDS = 60.0
# A thief of a key that was withdrawn meanwhile would be let in for so long, if the issuer stays out of reach.
MAX_STALE_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: Mapping[str, jwt.PyJWK] = field(default_factory=dict)
    fetched_at: float = float("-inf")


class KeyRing:
    """Finds a key by its id. Safe for threads: a set is swapped as a whole, one thread fetches at a time."""

    def __init__(self, issuer: Issuer, *, clock: Clock = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._lock = Lock()
        self._known = _KeySet()
        self._next_try = float("-inf")
        self._next_search = float("-inf")

    def find(self, kid: str) -> jwt.PyJWK:
        """The key of that id. Raises InvalidToken when the issuer has none, TemporarilyUnavailable without any keys.

        An unknown id makes us look again once a minute at most, however many are made up (D10).
        """
        if self._age() > KEYS_SECONDS:
            self._renew()
        if kid not in self._known.keys:
            self._search(kid)
        known = self._known
        if self._age() > MAX_STALE_SECONDS:
            raise TemporarilyUnavailable("the issuer's keys are unknown or too old")
        if kid not in known.keys:
            raise InvalidToken("unknown key")
        return known.keys[kid]

    def _age(self) -> float:
        return self._clock() - self._known.fetched_at

    def _renew(self) -> None:
        """Fetch because the set is old. While one thread does, the others go on with the keys they have."""
        if not self._lock.acquire(blocking=not self._known.keys):
            return
        try:
            if self._age() > KEYS_SECONDS:
                self._fetch()
        finally:
            self._lock.release()

    def _search(self, kid: str) -> None:
        """Fetch because an id is unknown: the issuer may have changed its keys."""
        with self._lock:
            if kid not in self._known.keys and self._clock() >= self._next_search:
                self._fetch()

    def _fetch(self) -> None:
        """Ask the issuer, unless it failed a moment ago. A failure leaves the keys as they are."""
        now = self._clock()
        if now < self._next_try:
            return
        try:
            keys = read_keys(self._issuer.get_json(self._issuer.endpoint("jwks_uri")))
        except TemporarilyUnavailable as error:
            self._next_try = self._clock() + RETRY_SECONDS
            logger.warning("the keys of %s stay as they are: %s", self._issuer.url, error.reason)
            return
        self._next_search = self._clock() + UNKNOWN_KEY_SECONDS
        self._known = _KeySet(keys, self._clock())


def read_keys(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """The keys of a JWK Set that may verify access tokens (RFC 7517 §5: others are left out).

    Raises TemporarilyUnavailable when it is no key set or has none: an empty answer must not evict good keys.
    """
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise TemporarilyUnavailable("the answer is no JWK Set")
    found = (_read_key(entry) for entry in entries[:MAX_KEYS])
    keys = {str(key.key_id): key for key in found if key is not None}
    if not keys:
        raise TemporarilyUnavailable("the JWK Set has no usable key")
    return keys


def _read_key(entry: object) -> jwt.PyJWK | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK(entry)
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError):
        return None
    is_weak = isinstance(key.key, RSAPublicKey) and key.key.key_size < RSA_MIN_BITS
    return key if key.algorithm_name in ALGORITHMS and not is_weak else None

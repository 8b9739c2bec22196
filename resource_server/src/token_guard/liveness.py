"""Asks the issuer whether a token is still good (RFC 7662), and remembers the answer for a short while."""

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from token_guard.errors import InvalidToken, TemporarilyUnavailable
from token_guard.issuer import Clock, Issuer

logger = logging.getLogger("token_guard")

MAX_POSITIVE_SECONDS = 30.0
# Long enough that a dead token sent in a loop costs the issuer little; nothing that is revoked comes back.
NEGATIVE_SECONDS = 1.0
# While the issuer fails, requests do not queue up for its time-out one after the other.
PAUSE_SECONDS = 1.0
MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """How to ask: as a client that may introspect. `positive_seconds`, 30 at most, bounds how long a revoked token
    still works. `fail_open` lets verified tokens in while the issuer does not answer; off unless turned on.
    """

    client_id: str
    client_secret: str = field(repr=False)
    positive_seconds: float = MAX_POSITIVE_SECONDS
    fail_open: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.positive_seconds <= MAX_POSITIVE_SECONDS:
            raise ValueError(f"positive_seconds must be 0 to {MAX_POSITIVE_SECONDS:.0f}")
        if not self.client_id or not self.client_secret:
            raise ValueError("introspection needs a client id and its secret (RFC 7662 §2.1)")


@dataclass(frozen=True, slots=True)
class _Remembered:
    facts: Mapping[str, Any] | None
    until: float


class Introspector:
    """The issuer's word about tokens. Safe for threads. Tokens are remembered by their digest, never themselves."""

    def __init__(self, issuer: Issuer, how: Liveness, *, clock: Clock = time.monotonic) -> None:
        self._issuer = issuer
        self._how = how
        self._clock = clock
        self._lock = Lock()
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()
        self._asks_again_at = float("-inf")

    def facts(self, token: str) -> Mapping[str, Any] | None:
        """What the issuer says about a live token; None when it does not answer and `fail_open` is on.

        Raises InvalidToken for a token that is not active, TemporarilyUnavailable when nobody can tell.
        """
        digest = hashlib.sha256(token.encode()).digest()
        known = self._recall(digest)
        if known is None:
            try:
                known = self._ask(token)
            except TemporarilyUnavailable as error:
                if not self._how.fail_open:
                    raise
                logger.warning("let in without asking the issuer: %s", error.reason)
                return None
            self._remember(digest, known)
        if known.facts is None:
            raise InvalidToken("the issuer says it is not active")
        return known.facts

    def _ask(self, token: str) -> _Remembered:
        now = self._clock()
        if now < self._asks_again_at:
            raise TemporarilyUnavailable("the issuer failed a moment ago", retry_after=1)
        try:
            facts = self._issuer.post_form(
                self._issuer.endpoint("introspection_endpoint"),
                {"token": token, "token_type_hint": "access_token"},
                (self._how.client_id, self._how.client_secret),
            )
            if not isinstance(facts.get("active"), bool):
                raise TemporarilyUnavailable(
                    "the introspection answer does not say whether the token is active"
                )
        except TemporarilyUnavailable:
            self._asks_again_at = self._clock() + PAUSE_SECONDS
            raise
        # Counted from before the question: the answer may be as old as that.
        if facts["active"]:
            return _Remembered(facts, now + self._how.positive_seconds)
        return _Remembered(None, now + NEGATIVE_SECONDS)

    def _recall(self, digest: bytes) -> _Remembered | None:
        with self._lock:
            known = self._remembered.get(digest)
            if known is None or known.until > self._clock():
                return known
            del self._remembered[digest]
            return None

    def _remember(self, digest: bytes, known: _Remembered) -> None:
        with self._lock:
            self._remembered[digest] = known
            self._remembered.move_to_end(digest)
            while len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)

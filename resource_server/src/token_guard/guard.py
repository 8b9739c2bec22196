"""The guard at an API's door: one object for the whole process, shared by its threads."""

import logging
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from token_guard.bearer import read_bearer
from token_guard.errors import InvalidToken, TemporarilyUnavailable
from token_guard.issuer import Clock, Issuer
from token_guard.keys import KeyRing
from token_guard.liveness import Introspector, Liveness
from token_guard.requirement import AAL_LADDER, Requirement
from token_guard.token import Token
from token_guard.verification import Verifier

logger = logging.getLogger("token_guard")

# What the issuer may have lowered since it signed the token.
NEWER_CLAIMS = ("scope", "policies")
DEFAULT_LEEWAY_SECONDS = 30


class Guard:
    """Checks the access tokens of one issuer for one API.

    `issuer` is its identifier, exactly as its metadata spell it; `audience` the name or names of this API in tokens.
    `liveness` adds the issuer's own word to the signature's. `leeway`, 0 to 60 seconds, allows for clocks that differ.
    `acr_ladder` orders strengths of sign-in, weakest first. `connect_to` is an origin to reach the issuer at when its
    public address cannot be reached from here. Nothing is fetched before the first token. Raises ValueError for
    settings that would not be safe.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str | Sequence[str],
        liveness: Liveness | None = None,
        leeway: int = DEFAULT_LEEWAY_SECONDS,
        acr_ladder: Sequence[str] = AAL_LADDER,
        connect_to: str = "",
        clock: Clock = time.monotonic,
    ) -> None:
        audiences = [audience] if isinstance(audience, str) else list(audience)
        self._issuer = Issuer(issuer, connect_to=connect_to, clock=clock)
        self._verifier = Verifier(
            KeyRing(self._issuer, clock=clock), issuer=issuer, audiences=audiences, leeway=leeway
        )
        self._introspector = Introspector(self._issuer, liveness, clock=clock) if liveness else None
        self._acr_ladder = tuple(acr_ladder)

    def check(
        self, authorization: str | Sequence[str] | None, requirement: Requirement | None = None
    ) -> Token:
        """The token of a request that may go on. Takes its Authorization header, or all of them.

        Raises a GuardError, which knows the status, headers and body of the answer.
        """
        values = [authorization] if isinstance(authorization, str) else list(authorization or ())
        text = read_bearer(values)
        try:
            token = self._read(text)
        except (InvalidToken, TemporarilyUnavailable) as error:
            logger.info("access token not accepted: %s", error.reason)
            raise
        if requirement is not None:
            requirement.check(token, ladder=self._acr_ladder)
        return token

    def close(self) -> None:
        """Close the connections to the issuer."""
        self._issuer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, text: str) -> Token:
        claims = self._verifier.verify(text)
        facts = self._introspector.facts(text) if self._introspector else None
        if facts is None:
            return Token(claims)
        newer = {name: facts[name] for name in NEWER_CLAIMS if name in facts}
        return Token({**claims, **newer}, _limits(facts), is_live=True)


def _limits(facts: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What each chosen level allows, by scope. Limits that cannot be read allow nothing more."""
    stated = facts.get("policy_limits")
    if not isinstance(stated, dict):
        return {}
    return {str(scope): limits for scope, limits in stated.items() if isinstance(limits, dict)}

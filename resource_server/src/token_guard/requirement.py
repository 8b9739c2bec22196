"""What one operation asks of a token: scopes, levels of them, strength and age of the sign-in."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from token_guard.errors import InsufficientScope, InsufficientUserAuthentication
from token_guard.token import Token

AAL_LADDER = ("aal1", "aal2")


@dataclass(frozen=True, slots=True)
class Requirement:
    """Everything here must hold. Made by `require`."""

    scopes: tuple[str, ...] = ()
    levels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    acr: str = ""
    max_age: int | None = None

    def check(self, token: Token, *, ladder: Sequence[str] = AAL_LADDER) -> None:
        """Raises InsufficientScope or InsufficientUserAuthentication.

        Scopes come first: signing in once more would not help somebody who lacks one.
        """
        self._check_scopes(token)
        self._check_levels(token)
        self._check_sign_in(token, ladder)

    def _check_scopes(self, token: Token) -> None:
        if not token.scopes.issuperset(self.scopes):
            raise InsufficientScope("The access token lacks a scope.", scopes=self.scopes)

    def _check_levels(self, token: Token) -> None:
        """A scope without a level, as that of a client on its own behalf, reaches no required level."""
        for scope, accepted in self.levels.items():
            if token.levels.get(scope) not in accepted:
                raise InsufficientScope(
                    f"This needs the level {' or '.join(sorted(accepted))} of {scope}.", scopes=self.scopes
                )

    def _check_sign_in(self, token: Token, ladder: Sequence[str]) -> None:
        needs_stronger = bool(self.acr) and not _reaches(token.acr, self.acr, ladder)
        needs_newer = self.max_age is not None and _age(token) > self.max_age
        if needs_stronger:
            raise InsufficientUserAuthentication(
                "A stronger sign-in is needed.", acr=self.acr, max_age=self.max_age
            )
        if needs_newer:
            raise InsufficientUserAuthentication(
                "A more recent sign-in is needed.", acr=self.acr, max_age=self.max_age
            )


def require(
    *scopes: str,
    level: Mapping[str, str | Collection[str]] | None = None,
    acr: str = "",
    max_age: int | None = None,
) -> Requirement:
    """What an operation asks.

    `level` names, by scope, the level or levels that are enough; such a scope is required by that alone. `acr` is the
    least strength of the sign-in, `max_age` its greatest age in seconds. Raises ValueError for a negative one.
    """
    if max_age is not None and max_age < 0:
        raise ValueError("max_age must be 0 seconds or more")
    levels = {
        scope: frozenset([accepted] if isinstance(accepted, str) else accepted)
        for scope, accepted in (level or {}).items()
    }
    return Requirement(tuple(dict.fromkeys([*scopes, *levels])), levels, acr, max_age)


def _reaches(acr: str, required: str, ladder: Sequence[str]) -> bool:
    """Whether `acr` is `required` or stands above it. A value that is not on the ladder only reaches itself."""
    if acr in ladder and required in ladder:
        return ladder.index(acr) >= ladder.index(required)
    return acr == required


def _age(token: Token) -> float:
    """Seconds since the sign-in; without end when the token does not say."""
    return float("inf") if token.auth_time is None else time.time() - token.auth_time

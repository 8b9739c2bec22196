"""A verified access token, as the API behind the guard sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Token:
    """What a verified access token says (RFC 9068 §2.2).

    `is_live` tells whether the issuer said so within the liveness bound; False when only the signature was checked.
    """

    claims: Mapping[str, Any]
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_live: bool = False

    @property
    def subject(self) -> str:
        """The person, or the client itself when there is none."""
        return str(self.claims["sub"])

    @property
    def client_id(self) -> str:
        """The app that presents the token."""
        return str(self.claims["client_id"])

    @property
    def scopes(self) -> frozenset[str]:
        """What the token allows."""
        stated = self.claims.get("scope", "")
        return frozenset(stated.split()) if isinstance(stated, str) else frozenset()

    @property
    def levels(self) -> dict[str, str]:
        """How much of each scope the person gave, by the names of the issuer's policy levels."""
        stated = self.claims.get("policies", {})
        return {str(scope): str(level) for scope, level in stated.items()} if isinstance(stated, dict) else {}

    @property
    def acr(self) -> str:
        """How well the person proved who they are; "" when nobody did."""
        stated = self.claims.get("acr", "")
        return stated if isinstance(stated, str) else ""

    @property
    def auth_time(self) -> int | None:
        """When the person last signed in, in seconds since 1970."""
        stated = self.claims.get("auth_time")
        return stated if type(stated) is int else None  # bool is an int to isinstance

    @property
    def sid(self) -> str:
        """The session at the issuer; "" when there is none."""
        return str(self.claims.get("sid", ""))

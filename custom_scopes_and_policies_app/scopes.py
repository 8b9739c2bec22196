"""The scope catalogue: database rows, read once a second per process, and DOT's view of them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.dot.protocol import BaseScopes
from custom_scopes_and_policies_app.models import Application, PolicyLevel, Scope

CACHE_SECONDS = 1.0
PERSONAL = frozenset({"openid", "offline_access"})


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A scope with its levels, lowest rank first."""

    scope: Scope
    levels: tuple[PolicyLevel, ...]

    def level(self, value: str) -> PolicyLevel | None:
        return next((level for level in self.levels if level.value == value), None)


Catalogue = Mapping[str, CatalogueEntry]

_lock = Lock()
_known: tuple[float, Catalogue] = (0.0, {})


def catalogue() -> Catalogue:
    """Every scope by name, in display order."""
    global _known
    fresh_until, entries = _known
    if fresh_until > time.monotonic():
        return entries
    entries = {
        scope.name: CatalogueEntry(scope, tuple(scope.levels.all()))
        for scope in Scope.objects.prefetch_related("levels")
    }
    with _lock:
        _known = (time.monotonic() + CACHE_SECONDS, entries)
    return entries


def forget_catalogue() -> None:
    """Drop this process's copy: a scope was changed here, or a test starts."""
    global _known
    with _lock:
        _known = (0.0, {})


def scopes_for(client: Application) -> list[str]:
    """The scopes this client may ask for: its own list, or all that need no operator's word."""
    allowed = client.allowed_scopes.split()
    if allowed:
        return [name for name in catalogue() if name in allowed]
    return [name for name, entry in catalogue().items() if not _needs_operator(entry.scope)]


def client_scopes_for(client: Application) -> list[str]:
    """The scopes a client may have for itself: those that are not about a person (RFC 6749 §4.4)."""
    return [
        name for name in scopes_for(client) if name not in PERSONAL and not catalogue()[name].scope.claims
    ]


def _needs_operator(scope: Scope) -> bool:
    return scope.is_restricted or scope.approval == Scope.Approval.OPERATOR


def default_scopes_for(client: Application) -> list[str]:
    """What a request that names no scope gets."""
    allowed = set(scopes_for(client))
    return [name for name in conf.DEFAULT_SCOPES if name in allowed]


class DatabaseScopes(BaseScopes):  # type: ignore[misc]
    """What DOT asks about scopes, answered from the catalogue."""

    def get_all_scopes(self) -> dict[str, str]:
        return {name: entry.scope.label for name, entry in catalogue().items()}

    def get_available_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> Sequence[str]:
        return scopes_for(application) if application is not None else list(catalogue())

    def get_default_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> Sequence[str]:
        return default_scopes_for(application) if application is not None else conf.DEFAULT_SCOPES

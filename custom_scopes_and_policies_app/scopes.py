"""The scope catalogue: database rows, read once a second per process, and DOT's view of them."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.dot.protocol import BaseScopes
from custom_scopes_and_policies_app.models import Application, PolicyLevel, Scope

CACHE_SECONDS = 1.0
MOST_LISTS = 2000
PERSONAL = frozenset({"openid", "offline_access"})


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A scope with its levels, lowest rank first."""

    scope: Scope
    levels: tuple[PolicyLevel, ...]

    def level(self, value: str) -> PolicyLevel | None:
        return next((level for level in self.levels if level.value == value), None)

    def level_or_lowest(self, value: str) -> PolicyLevel | None:
        """The level, or the lowest one where that value is gone: never more than was chosen. None without levels."""
        return self.level(value) or (self.levels[0] if self.levels else None)

    def is_lower(self, value: str, than: str) -> bool:
        """Whether the first level gives less than the second. A level that is gone counts as the lowest."""
        first, second = self.level_or_lowest(value), self.level_or_lowest(than)
        return first is not None and second is not None and first.rank < second.rank


class Catalogue(dict[str, CatalogueEntry]):
    """Every scope by name, in display order, as one reading of the database gave them; nothing in it changes.

    What apps may have of it is worked out once for each list of allowed scopes, and goes when the reading is replaced.
    """

    def __init__(self, entries: Mapping[str, CatalogueEntry]) -> None:
        super().__init__(entries)
        self._within: dict[str, ScopesWithin] = {}

    def within(self, allowed: str) -> "ScopesWithin":
        """The scopes of a client's list (space separated): those it names, or all that need no operator's word."""
        found = self._within.get(allowed)
        if found is None:
            listed = frozenset(allowed.split())
            names = [
                name
                for name, entry in self.items()
                if (name in listed if listed else not _needs_operator(entry.scope))
            ]
            own = [name for name in names if name not in PERSONAL and not _needs_person(self[name].scope)]
            found = ScopesWithin(tuple(names), frozenset(names), tuple(own), frozenset(own))
            if len(self._within) < MOST_LISTS:
                self._within[allowed] = found
        return found


@dataclass(frozen=True, slots=True)
class ScopesWithin:
    """What a client may ask for, and of that what it may have for itself; each in display order, and as a set."""

    names: tuple[str, ...]
    every: frozenset[str]
    own_names: tuple[str, ...]
    own: frozenset[str]


_lock = Lock()
_known: tuple[float, Catalogue] = (0.0, Catalogue({}))


def catalogue() -> Catalogue:
    """Every scope by name, in display order."""
    global _known
    fresh_until, entries = _known
    if fresh_until > time.monotonic():
        return entries
    entries = Catalogue(
        {
            scope.name: CatalogueEntry(scope, tuple(scope.levels.all()))
            for scope in Scope.objects.prefetch_related("levels")
        }
    )
    with _lock:
        _known = (time.monotonic() + CACHE_SECONDS, entries)
    return entries


def forget_catalogue() -> None:
    """Drop this process's copy: a scope was changed here, or a test starts."""
    global _known
    with _lock:
        _known = (0.0, Catalogue({}))


def scopes_for(client: Application) -> list[str]:
    """The scopes this client may ask for: its own list, or all that need no operator's word."""
    return list(catalogue().within(client.allowed_scopes).names)


def client_scopes_for(client: Application) -> list[str]:
    """The scopes a client may have for itself: those that are not about a person (RFC 6749 §4.4)."""
    return list(catalogue().within(client.allowed_scopes).own_names)


def all_allowed(names: Iterable[str], client: Application, *, for_itself: bool = False) -> bool:
    """Whether the client may ask for all of these, or have all of them `for_itself`."""
    within = catalogue().within(client.allowed_scopes)
    return (within.own if for_itself else within.every).issuperset(names)


def still_allowed(granted: Mapping[str, str], client: Application) -> dict[str, str]:
    """What of an earlier grant this client may still have; operators change what apps may ask for."""
    allowed = catalogue().within(client.allowed_scopes).every
    return {name: level for name, level in granted.items() if name in allowed}


def limits_of(scopes: Iterable[str], policies: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """What resource servers have to keep to, by scope: the limits of the chosen levels, where they have any."""
    limits: dict[str, dict[str, object]] = {}
    for name in scopes:
        entry = catalogue().get(name)
        level = entry.level_or_lowest(policies.get(name, "")) if entry is not None else None
        if level is not None and level.limits:
            limits[name] = dict(level.limits)
    return limits


def _needs_person(scope: Scope) -> bool:
    """It tells of a person, or a person has to approve it in a way that no app can."""
    is_approved_in_person = scope.approval in {Scope.Approval.ALWAYS, Scope.Approval.STEP_UP}
    return bool(scope.claims or scope.required_acr or is_approved_in_person)


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

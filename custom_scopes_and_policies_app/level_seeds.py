"""`POLICY_LEVELS`: the levels of scopes as an installation's setting, read once when scopes are made.

    {"read": [{"value": "summary", "label": "Summary only", "limits": {"detail": "summary"}},
              {"value": "everything", "label": "Everything", "required_acr": "aal2"}]}

Lowest first. `description`, `claims` (each claim "full", "masked" or "omit"), `limits` and `required_acr` may be left
out. A scope that is not named keeps the levels it comes with; an empty list takes them away.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sessions_app.assurance import LADDER

HOW = frozenset({"full", "masked", "omit"})
KNOWN = frozenset({"value", "label", "description", "claims", "limits", "required_acr"})


@dataclass(frozen=True, slots=True)
class LevelSeed:
    """One level before it is a row."""

    value: str
    label: str
    description: str = ""
    claim_filter: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, object] = field(default_factory=dict)
    required_acr: str = ""


def read_policy_levels(text: str) -> dict[str, object]:
    """The JSON object of the setting. Raises ValueError with what is wrong and where."""
    try:
        given = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    levels_by_scope(given)
    return dict(given)


def levels_by_scope(given: object) -> dict[str, tuple[LevelSeed, ...]]:
    """The levels of each named scope, lowest first. Raises ValueError with what is wrong and where."""
    if not isinstance(given, Mapping):
        raise ValueError("expected an object of scopes, each with a list of levels")
    return {str(scope): _levels(str(scope), levels) for scope, levels in given.items()}


def _levels(scope: str, given: object) -> tuple[LevelSeed, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ValueError(f"{scope}: expected a list of levels, lowest first")
    levels = tuple(_level(scope, level) for level in given)
    if len({level.value for level in levels}) < len(levels):
        raise ValueError(f"{scope}: two levels have the same value")
    return levels


def _level(scope: str, given: object) -> LevelSeed:
    if not isinstance(given, Mapping) or not given.get("value") or not given.get("label"):
        raise ValueError(f"{scope}: each level needs a value and a label")
    where = f"{scope}:{given['value']}"
    if unknown := set(given) - KNOWN:
        raise ValueError(f"{where}: unknown {', '.join(sorted(map(str, unknown)))}")
    claims, limits = given.get("claims", {}), given.get("limits", {})
    if not isinstance(claims, Mapping) or not set(map(str, claims.values())) <= HOW:
        # A filter that is misspelt must not release more.
        raise ValueError(f'{where}: give each claim "full", "masked" or "omit"')
    if not isinstance(limits, Mapping):
        raise ValueError(f"{where}: limits must be an object")
    acr = str(given.get("required_acr", ""))
    if acr and acr not in LADDER:
        raise ValueError(f"{where}: {acr} is not a level of assurance ({', '.join(LADDER)})")
    return LevelSeed(
        value=str(given["value"]),
        label=str(given["label"]),
        description=str(given.get("description", "")),
        claim_filter=dict(claims),
        limits=dict(limits),
        required_acr=acr,
    )

"""The `claims` parameter (OIDC Core §5.5): which claims an app asks for one by one, and with which values.

A claim is released by its scope alone, at the level the person chose. So a claim whose scope was not asked for brings
that scope onto the consent page (`docs/adr/0008-claims-parameter.md`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.scopes import catalogue, scopes_for

MAX_CHARACTERS = 4000
MAX_CLAIMS = 50
MAX_DEPTH = 6
PLACES = ("userinfo", "id_token")
TEXT_CLAIMS = frozenset({"sub", "acr"})

# Place ("userinfo", "id_token") → claim → {"essential": bool, "values": list}, the latter when values were named.
ClaimsRequest = Mapping[str, Mapping[str, Mapping[str, Any]]]


def parse_claims(text: str) -> ClaimsRequest:
    """The parameter in one normal form. Raises OAuthError `invalid_request`."""
    if not text:
        return {}
    if len(text) > MAX_CHARACTERS:
        raise _bad("is too long")
    try:
        asked = json.loads(text, object_pairs_hook=_unique_members, parse_constant=_no_constant)
        is_too_deep = _depth(asked) > MAX_DEPTH
        # What no database keeps as JSON: a number beyond all numbers, half a surrogate pair, NUL.
        plain = json.dumps(asked, ensure_ascii=False, allow_nan=False).encode()
        if b"\\u0000" in plain:
            raise ValueError("NUL")
    except (ValueError, RecursionError) as error:
        raise _bad("is not JSON") from error
    if not isinstance(asked, dict) or is_too_deep:
        raise _bad("is not a JSON object, or one that is too deep")
    # §5.5: members that are not understood are ignored.
    return {place: _parse_place(asked[place]) for place in PLACES if asked.get(place) is not None}


def wanted_values(claims: Mapping[str, Any], name: str, *, place: str) -> tuple[str, ...]:
    """The values that are asked for of a claim, in order of preference; empty when any will do."""
    return tuple(claims.get(place, {}).get(name, {}).get("values", ()))


def is_essential(claims: Mapping[str, Any], name: str, *, place: str) -> bool:
    """Whether the app cannot do without the claim (§5.5.1)."""
    return bool(claims.get(place, {}).get(name, {}).get("essential", False))


def with_implied_scopes(scopes: Sequence[str], claims: ClaimsRequest, client: Application) -> tuple[str, ...]:
    """The scopes, and those that release a claim asked for by name. A claim the app may not have is left out."""
    asked = list(scopes)
    for claim in dict.fromkeys(name for place in claims.values() for name in place):
        releasing = [name for name, entry in catalogue().items() if claim in entry.scope.claims]
        if not set(releasing) & set(asked):
            asked += [name for name in scopes_for(client) if name in releasing][:1]
    return tuple(asked)


def _parse_place(asked: object) -> dict[str, dict[str, Any]]:
    if not isinstance(asked, dict):
        raise _bad("must hold an object for userinfo and for id_token")
    if len(asked) > MAX_CLAIMS:
        raise _bad("asks for too many claims")
    return {name: _parse_claim(name, how) for name, how in asked.items()}


def _parse_claim(name: str, how: object) -> dict[str, Any]:
    """`null` asks for the claim in the ordinary way."""
    if how is None:
        return {"essential": False}
    if not isinstance(how, dict) or not isinstance(how.get("essential", False), bool):
        raise _bad(f"must give null or an object for {name}, with essential as true or false")
    values = how.get("values", [])
    if not isinstance(values, list) or ("values" in how and not values):
        raise _bad(f"must give a list as values of {name}")
    if "value" in how:
        values = [how["value"], *values]
    if name in TEXT_CLAIMS and not all(isinstance(value, str) and value for value in values):
        raise _bad(f"must give texts as values of {name}")
    return {"essential": how.get("essential", False), **({"values": values} if values else {})}


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _bad(problem: str) -> OAuthError:
    return OAuthError("invalid_request", f"The claims parameter {problem}.")

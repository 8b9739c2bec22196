"""A person as OpenID Connect standard claims (OIDC Core §5.1) and which scope asks for which (§5.4)."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from accounts_app.models import User, display_name

CLAIMS_BY_SCOPE: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}

# §5.1.1; anything else that sits in the stored JSON stays here.
ADDRESS_MEMBERS = ("formatted", "street_address", "locality", "region", "postal_code", "country")

COPIED = tuple(claim for claim in CLAIMS_BY_SCOPE["profile"] if claim not in {"name", "updated_at"})

_copied_from = attrgetter(*COPIED)


class ClaimsRow(NamedTuple):
    """What has to be read of a person to know their claims; named as in `User`."""

    sub: UUID
    name: str
    family_name: str
    given_name: str
    middle_name: str
    nickname: str
    preferred_username: str
    profile: str
    picture: str
    website: str
    gender: str
    birthdate: str
    zoneinfo: str
    locale: str
    updated_at: datetime
    email: str
    email_verified_at: datetime | None
    phone: str | None
    phone_proven_at: datetime | None
    address: Any


def standard_claims(person: User | ClaimsRow) -> dict[str, object]:
    """Every claim of the standard scopes that has a value; absent rather than null or "" (§5.3.2)."""
    claims: dict[str, object] = {
        claim: text for claim, text in zip(COPIED, _copied_from(person), strict=True) if text
    }
    name = display_name(person.name, person.given_name, person.family_name)
    if name:
        claims["name"] = name
    # §5.1: a JSON number of seconds, not a date string.
    claims["updated_at"] = int(person.updated_at.timestamp())
    if person.email:
        claims["email"] = person.email
        claims["email_verified"] = person.email_verified_at is not None
    if person.phone:
        claims["phone_number"] = person.phone
        claims["phone_number_verified"] = person.phone_proven_at is not None
    if person.address:
        claims |= _address(person.address)
    return claims


def _address(stored: object) -> dict[str, object]:
    known = stored if isinstance(stored, dict) else {}
    members = {
        member: known[member]
        for member in ADDRESS_MEMBERS
        if isinstance(known.get(member), str) and known[member]
    }
    return {"address": members} if members else {}

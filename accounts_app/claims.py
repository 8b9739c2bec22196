"""A person as OpenID Connect standard claims (OIDC Core §5.1) and which scope asks for which (§5.4)."""

from collections.abc import Mapping

from accounts_app.models import User

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

# What has to be read of a person to know their claims.
COLUMNS = (
    "name", *COPIED, "updated_at", "email", "email_verified_at", "phone", "phone_proven_at", "address",
)  # fmt: skip


def standard_claims(user: User) -> dict[str, object]:
    """Every claim of the standard scopes that has a value; absent rather than null or "" (§5.3.2)."""
    return {**_profile(user), **_email(user), **_phone(user), **_address(user)}


def _profile(user: User) -> dict[str, object]:
    texts = {"name": user.display_name, **{claim: getattr(user, claim) for claim in COPIED}}
    claims: dict[str, object] = {claim: text for claim, text in texts.items() if text}
    # §5.1: a JSON number of seconds, not a date string.
    claims["updated_at"] = int(user.updated_at.timestamp())
    return claims


def _email(user: User) -> dict[str, object]:
    if not user.email:
        return {}
    return {"email": user.email, "email_verified": user.email_verified_at is not None}


def _phone(user: User) -> dict[str, object]:
    if not user.phone:
        return {}
    return {"phone_number": user.phone, "phone_number_verified": user.phone_proven_at is not None}


def _address(user: User) -> dict[str, object]:
    stored = user.address if isinstance(user.address, dict) else {}
    members = {
        member: stored[member]
        for member in ADDRESS_MEMBERS
        if isinstance(stored.get(member), str) and stored[member]
    }
    return {"address": members} if members else {}

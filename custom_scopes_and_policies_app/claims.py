"""Which claims about the person go out: by scope, and by the policy level that was chosen for it."""

from collections.abc import Iterable, Mapping

from accounts_app.claims import standard_claims
from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from custom_scopes_and_policies_app.plan import TokenPlan
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue

FULL = "full"
MASKED = "masked"


def claims_for(user: User, *, scopes: Iterable[str], policies: Mapping[str, str]) -> dict[str, object]:
    """The claims that these scopes release at these levels, `sub` included (OIDC Core §5.3.2, §5.4)."""
    available = standard_claims(user)
    released: dict[str, object] = {}
    for scope in scopes:
        entry = catalogue().get(scope)
        if entry is None:
            continue
        rules = _rules(entry, policies.get(scope, ""))
        for claim in entry.scope.claims:
            how = rules.get(claim, FULL)
            if claim in available and how == FULL:
                released[claim] = available[claim]
            elif claim in available and how == MASKED:
                released[claim] = _mask(claim, available[claim])
    return {**released, "sub": str(user.sub)}


def _rules(entry: CatalogueEntry, value: str) -> Mapping[str, str]:
    """How each claim is given at a level. A level that is gone counts as the lowest one, never as everything."""
    level = entry.level(value) or (entry.levels[0] if entry.levels else None)
    return level.claim_filter if level is not None else {}


def id_token_extra_claims(plan: TokenPlan) -> dict[str, object]:
    """What the ID token says besides the protocol's own claims: the levels. The person's claims are at userinfo."""
    return {"policies": plan.policies} if plan.policies else {}


def _mask(claim: str, value: object) -> object:
    """A value that still helps a person recognise it, and nobody else (K: phone to its last two digits)."""
    text = str(value)
    if claim == "phone_number":
        return mask_phone(text)
    if claim == "email":
        name, _, domain = text.partition("@")
        return f"{name[:1]}•••@{domain}"
    return f"{text[:1]}•••"

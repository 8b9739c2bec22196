"""Which claims about the person go out: by scope, and by the policy level that was chosen for it."""

from collections.abc import Iterable, Mapping

from accounts_app.claims import standard_claims
from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from custom_scopes_and_policies_app.plan import TokenPlan
from custom_scopes_and_policies_app.scopes import catalogue

OMIT = "omit"
MASKED = "masked"


def claims_for(user: User, *, scopes: Iterable[str], policies: Mapping[str, str]) -> dict[str, object]:
    """The claims that these scopes release at these levels, `sub` included (OIDC Core §5.3.2, §5.4)."""
    available = standard_claims(user)
    released: dict[str, object] = {}
    for scope in scopes:
        entry = catalogue().get(scope)
        if entry is None:
            continue
        level = entry.level(policies.get(scope, ""))
        rules = level.claim_filter if level is not None else {}
        for claim in entry.scope.claims:
            if claim in available and rules.get(claim) != OMIT:
                released[claim] = (
                    _mask(claim, available[claim]) if rules.get(claim) == MASKED else available[claim]
                )
    return {**released, "sub": str(user.sub)}


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

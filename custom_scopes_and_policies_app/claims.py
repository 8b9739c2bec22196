"""Which claims about the person go out: by scope, and by the policy level that was chosen for it."""

from collections.abc import Iterable, Mapping

from accounts_app.claims import ClaimsRow, standard_claims
from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from custom_scopes_and_policies_app.claims_request import is_essential, wanted_values
from custom_scopes_and_policies_app.plan import TokenPlan
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue
from sessions_app.assurance import LADDER, satisfies

FULL = "full"
MASKED = "masked"


def claims_for(
    person: User | ClaimsRow, *, scopes: Iterable[str], policies: Mapping[str, str]
) -> dict[str, object]:
    """The claims that these scopes release at these levels, `sub` included (OIDC Core §5.3.2, §5.4)."""
    available = standard_claims(person)
    known_scopes = catalogue()
    released: dict[str, object] = {}
    for scope in scopes:
        entry = known_scopes.get(scope)
        if entry is None or not entry.scope.claims:
            continue
        rules = _rules(entry, policies.get(scope, ""))
        for claim in entry.scope.claims:
            if claim not in available:
                continue
            how = rules.get(claim, FULL)
            if how == FULL:
                released[claim] = available[claim]
            elif how == MASKED:
                released[claim] = _mask(claim, available[claim])
    released["sub"] = str(person.sub)
    return released


def _rules(entry: CatalogueEntry, value: str) -> Mapping[str, str]:
    """How each claim is given at a level. A level that is gone counts as the lowest one, never as everything."""
    level = entry.level_or_lowest(value)
    return level.claim_filter if level is not None else {}


def id_token_extra_claims(plan: TokenPlan) -> dict[str, object]:
    """What the ID token says besides the protocol's own claims: the levels, and what was asked for by name.

    The other claims of the scopes are at userinfo (OIDC Core §5.4). A name that no granted scope releases says nothing.
    """
    levels: dict[str, object] = {"policies": plan.policies} if plan.policies else {}
    asked = plan.claims.get("id_token", {})
    person = _whole(plan.user) if plan.user is not None and asked else None
    if person is None:
        return levels
    released = claims_for(person, scopes=plan.scopes, policies=plan.policies)
    return {name: released[name] for name in asked if name in released} | levels


def _whole(user: User) -> User | None:
    """The person with all that claims are made of; most tokens need less to be read. None: gone meanwhile."""
    return User.objects.filter(pk=user.pk).first() if user.get_deferred_fields() else user


def stated_acr(plan: TokenPlan) -> str:
    """The assurance the ID token states: the session's own.

    An app that insists on certain levels gets the highest of those that the session reaches (OIDC Core §5.5.1.1: the
    value must be one of them), which is as true as the session's own.
    """
    acr = plan.family.acr if plan.family else ""
    if not is_essential(plan.claims, "acr", place="id_token"):
        return acr
    values = wanted_values(plan.claims, "acr", place="id_token")
    reached = [value for value in LADDER if value in values and satisfies(acr, value)]
    return reached[-1] if reached else acr


def _mask(claim: str, value: object) -> object:
    """A value that still helps a person recognise it, and nobody else (K: phone to its last two digits)."""
    text = str(value)
    if claim == "phone_number":
        return mask_phone(text)
    if claim == "email":
        name, _, domain = text.partition("@")
        return f"{name[:1]}•••@{domain}"
    return f"{text[:1]}•••"

"""ID tokens: made for a plan, and read back when an app presents one as a hint."""

from typing import Any

from django.conf import settings

from custom_scopes_and_policies_app.claims import stated_acr
from custom_scopes_and_policies_app.own_tokens import read_own, sign_for
from custom_scopes_and_policies_app.plan import TokenPlan
from jwt_app.claims import IdTokenFacts, id_token_claims
from jwt_app.signing import ID_TOKEN_TYPE, InvalidToken


def make_id_token(
    *, plan: TokenPlan, nonce: str, access_token: str, lifetime: int, extra: dict[str, object]
) -> str:
    """A signed ID token (OIDC Core §2). `auth_time`, `amr` and `acr` are about this very session."""
    family = plan.family
    if plan.user is None or family is None:
        raise TypeError("an ID token is about a person")
    facts = IdTokenFacts(
        issuer=settings.ISSUER_URL,
        subject=str(plan.user.sub),
        client_id=plan.client.client_id,
        issued_at=plan.issued_at,
        lifetime=lifetime,
        nonce=nonce or None,
        sid=str(plan.sid) if plan.sid else None,
        auth_time=family.auth_time,
        acr=stated_acr(plan),
        amr=tuple(family.amr),
        access_token=access_token,
        extra=extra,
        algorithm=str(plan.client.algorithm),
    )
    return sign_for(plan.client, id_token_claims(facts), typ=ID_TOKEN_TYPE)


def read_id_token_hint(text: str) -> dict[str, Any] | None:
    """The claims of an ID token of ours, expired or signed by a retired key though it may be; else None."""
    try:
        return read_own(text, typ=ID_TOKEN_TYPE, allow_expired=True)
    except InvalidToken:
        return None

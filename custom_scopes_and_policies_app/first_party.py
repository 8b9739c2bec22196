"""Tokens for our own apps: people who sign in through the JSON API get them without an authorization request.

The same plan, store, gate and record as at the token endpoint; refreshed, revoked and introspected there.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.caller import Caller
from core_app.errors import AppError, Unavailable
from custom_scopes_and_policies_app import token_store
from custom_scopes_and_policies_app.claims import id_token_extra_claims
from custom_scopes_and_policies_app.clients import create_client, find_client
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.coverage import cover
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.id_tokens import make_id_token
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import REFRESH_TOKEN
from custom_scopes_and_policies_app.own_tokens import sign_for
from custom_scopes_and_policies_app.plan import TokenPlan, plan_sign_in
from custom_scopes_and_policies_app.policies.assurance import level_acr, scope_acr
from custom_scopes_and_policies_app.scopes import scopes_for
from jwt_app import refresh_tokens
from jwt_app.claims import access_token_claims
from jwt_app.signing import ACCESS_TOKEN_TYPE
from sessions_app.assurance import satisfies
from sessions_app.models import SsoSession

RETRY_SECONDS = 60
OPENID = "openid"


class AccountRefused(AppError):
    """The account may not have tokens now: it is shut, or its password has to be changed first."""

    code = "account_refused"
    status = 403


def ensure_first_party_client() -> Application:
    """The client of `FIRST_PARTY_CLIENT_ID`; made when there is none, left alone when there is."""
    existing = Application.objects.filter(client_id=conf.FIRST_PARTY_CLIENT_ID).first()
    if existing is not None:
        return existing
    client, _no_secret = create_client(
        name="Our own apps",
        client_id=conf.FIRST_PARTY_CLIENT_ID,
        is_public=True,
        is_first_party=True,
        grant_types=[REFRESH_TOKEN],
        scopes=" ".join(conf.FIRST_PARTY_SCOPES),
    )
    return client


def issue_tokens(
    *, user: User, session: SsoSession, caller: Caller, client_id: str = ""
) -> dict[str, object]:
    """The token answer (RFC 6749 §5.1, OIDC Core §3.1.3.3) for a sign-in. Call it where the session is written.

    Raises AccountRefused, and Unavailable when the client is missing or not one of our own.
    """
    client = _client(client_id or conf.FIRST_PARTY_CLIENT_ID)
    granted = _reachable(client, acr=session.acr)
    decision = account_may_receive_tokens(
        user=user, session=session, client=client, granted=granted, acr=session.acr
    )
    if not decision.is_open:
        raise AccountRefused(
            _("This account cannot be used right now. Sign in on the web page of this service to see why."),
            detail=decision.reason,
        )
    now = timezone.now()
    plan = plan_sign_in(user=user, session=session, client=client, granted=granted, now=now)
    answer = _answer(plan)
    token_store.write(plan, caller=caller, now=now)
    return answer


def _reachable(client: Application, *, acr: str) -> dict[str, str]:
    """Everything the client may have, at the highest level that this sign-in has proven enough for.

    Nobody is asked for consent by our own app, and there is no page here to ask on: a scope that is approved each
    time, or that wants more proof, is left out. The app gets it at the authorization endpoint.
    """
    granted = cover(scopes=scopes_for(client), client=client, consent=None, acr=acr).granted
    return {
        name: level
        for name, level in granted.items()
        if satisfies(acr, scope_acr(name)) and satisfies(acr, level_acr(name, level))
    }


def _client(client_id: str) -> Application:
    client = find_client(client_id)
    if client is None or not client.is_first_party or client.is_confidential:
        raise Unavailable(
            _("Signing in is not possible right now. Try again later."),
            retry_after=RETRY_SECONDS,
            detail=f"{client_id} is no public first-party client; `manage.py bootstrap` makes one",
        )
    return client


def _answer(plan: TokenPlan) -> dict[str, object]:
    if plan.family is None:
        raise TypeError("a first-party sign-in needs its family")
    access_token = sign_for(
        plan.client, access_token_claims(plan.access_token_facts()), typ=ACCESS_TOKEN_TYPE
    )
    answer: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": plan.lifetime,
        "scope": " ".join(plan.scopes),
    }
    if plan.wants_refresh_token:
        family = plan.family
        answer["refresh_token"] = refresh_tokens.derive(
            family=family.id, generation=family.generation, seed=bytes(family.seed)
        )
    if OPENID in plan.scopes:
        answer["id_token"] = make_id_token(
            plan=plan,
            nonce="",
            access_token=access_token,
            lifetime=conf.ID_TOKEN_SECONDS,
            extra=id_token_extra_claims(plan),
        )
    return answer

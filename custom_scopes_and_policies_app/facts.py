"""Gathering the facts for the hub: the stored request, this browser's session, the stored consent."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.authorize import Facts, SessionFacts
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.consents import Coverage, cover, find_consent
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.models import Application, Consent, Scope
from custom_scopes_and_policies_app.redirect_uris import is_registered
from custom_scopes_and_policies_app.scopes import catalogue, scopes_for
from sessions_app.assurance import AAL2, LADDER
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession


@dataclass(frozen=True, slots=True)
class Situation:
    """A request in its surroundings. `granted` maps scopes to levels as far as they are settled."""

    client: Application
    session: SsoSession | None
    consent: Consent | None
    coverage: Coverage
    facts: Facts
    granted: dict[str, str]


def situation_of(request: HttpRequest, asked: AuthorizationRequest) -> Situation | None:
    """Everything the next step depends on; None when the app may not ask this any more."""
    client = find_client(asked.client_id)
    if client is None or not _is_still_allowed(asked, client):
        return None
    session = sso_session_of(request)
    consent = (
        find_consent(user=session.user, client=client) if session and not client.is_first_party else None
    )
    coverage = cover(scopes=asked.scopes, client=client, consent=consent)
    answered = asked.answer_of(str(session.user.sub)) if session else None
    granted = dict(answered) if answered is not None else coverage.granted
    return Situation(
        client=client,
        session=session,
        consent=consent,
        coverage=coverage,
        granted=granted,
        facts=_facts(asked, client, session, coverage, is_answered=answered is not None),
    )


def _is_still_allowed(asked: AuthorizationRequest, client: Application) -> bool:
    """The operator may have changed the app while the person was signing up; what was right then may not be now."""
    is_redirect_known = is_registered(asked.redirect_uri, client.redirect_uris.split())
    return is_redirect_known and set(asked.scopes) <= set(scopes_for(client))


def _facts(
    asked: AuthorizationRequest,
    client: Application,
    session: SsoSession | None,
    coverage: Coverage,
    *,
    is_answered: bool,
) -> Facts:
    return Facts(
        now=timezone.now(),
        requested_at=asked.requested,
        session=SessionFacts(session.auth_time, session.acr) if session else None,
        prompts=frozenset(asked.prompts),
        max_age=asked.max_age,
        required_acr=required_acr(asked, client),
        is_hinted_person=not (session and asked.hinted_sub) or str(session.user.sub) == asked.hinted_sub,
        is_consent_needed=not (is_answered or coverage.is_complete),
        is_consent_asked_now=is_answered,
        is_account_selected=asked.is_account_selected,
        refusal=_refusal(client, session),
    )


def required_acr(asked: AuthorizationRequest, client: Application) -> str:
    """The highest assurance that the client or any requested scope insists on."""
    scopes = [catalogue()[name].scope for name in asked.scopes]
    wanted = {client.required_acr} | {scope.required_acr for scope in scopes}
    if any(scope.approval == Scope.Approval.STEP_UP for scope in scopes):
        wanted.add(AAL2)
    wanted.discard("")
    return max(wanted, key=lambda acr: LADDER.index(acr) if acr in LADDER else len(LADDER), default="")


def _refusal(client: Application, session: SsoSession | None) -> str:
    if session is None:
        return ""
    return account_may_receive_tokens(user=session.user, session=session, client=client).reason

"""Gathering the facts for the hub: the stored request, this browser's session, the stored consent."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.authorize import Facts, SessionFacts
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.consents import find_consent
from custom_scopes_and_policies_app.coverage import Coverage, cover, is_assured
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.models import Application, Consent
from custom_scopes_and_policies_app.models.application import DEVICE_CODE
from custom_scopes_and_policies_app.policies.assurance import highest, required_acr
from custom_scopes_and_policies_app.policies.rules import OPEN, Decision
from custom_scopes_and_policies_app.redirect_uris import is_registered
from custom_scopes_and_policies_app.scopes import scopes_for
from sessions_app.assurance import LADDER, satisfies
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
    if client is None or not is_still_allowed(asked, client):
        return None
    session = sso_session_of(request)
    consent = (
        find_consent(user=session.user, client=client) if session and not client.is_first_party else None
    )
    return situation(asked, client=client, session=session, consent=consent)


def situation(
    asked: AuthorizationRequest, *, client: Application, session: SsoSession | None, consent: Consent | None
) -> Situation:
    """The facts about a request that is still allowed; `consent` is the one in force."""
    if client.is_first_party:
        # Our own apps ask for none; one of the days before they were ours does not count.
        consent = None
    acr = session.acr if session else ""
    coverage = cover(scopes=asked.scopes, client=client, consent=consent, acr=acr)
    answered = asked.answer_of(str(session.user.sub)) if session else None
    granted = dict(answered) if answered is not None else coverage.granted
    return Situation(
        client=client,
        session=session,
        consent=consent,
        coverage=coverage,
        granted=granted,
        facts=_facts(asked, client, session, coverage, answered),
    )


def is_still_allowed(asked: AuthorizationRequest, client: Application) -> bool:
    """The operator may have changed the app while the person was signing up; what was right then may not be now."""
    if asked.device_id:
        has_way_back = DEVICE_CODE in client.grant_types
    else:
        has_way_back = is_registered(asked.redirect_uri, client.redirect_uris.split())
    return has_way_back and set(asked.scopes) <= set(scopes_for(client))


def _facts(
    asked: AuthorizationRequest,
    client: Application,
    session: SsoSession | None,
    coverage: Coverage,
    answered: Mapping[str, str] | None,
) -> Facts:
    refusal = _refusal(client, session)
    return Facts(
        now=timezone.now(),
        requested_at=asked.requested,
        session=SessionFacts(session.auth_time, session.acr) if session else None,
        prompts=frozenset(asked.prompts),
        max_age=asked.max_age,
        required_acr=_required_acr(asked, client, coverage, answered),
        wished_acr=_wished_acr(asked, session),
        is_hinted_person=not (session and asked.expected_subs)
        or str(session.user.sub) in asked.expected_subs,
        is_consent_needed=answered is None and not _is_settled(asked, client, session, coverage),
        is_consent_asked_now=answered is not None,
        is_account_selected=asked.is_account_selected,
        refusal=refusal.reason,
        refusal_error=refusal.error,
    )


def _is_settled(
    asked: AuthorizationRequest, client: Application, session: SsoSession | None, coverage: Coverage
) -> bool:
    """Whether the app may be answered without a question.

    Our own apps ask for no consent. But on a device any program can take their place (RFC 8252 §8.6), and must not get
    tokens from a browser that merely is signed in: there the person has to have signed in for this very request.
    """
    if not coverage.is_complete or is_assured(client, asked.redirect_uri):
        return coverage.is_complete
    if settings.DEBUG and client.is_first_party:
        # On a developer's machine every app is at a loopback address.
        return True
    return client.is_first_party and session is not None and session.auth_time >= asked.requested


def _required_acr(
    asked: AuthorizationRequest, client: Application, coverage: Coverage, answered: Mapping[str, str] | None
) -> str:
    """What app, scopes and levels insist on. A scope that the person keeps back insists on nothing."""
    if answered is not None:
        by_policy = required_acr(client=client, granted=answered)
    else:
        by_policy = required_acr(client=client, granted=coverage.granted, asked=coverage.missing)
    # One of the essential values is enough, so the lowest of them must be reached (OIDC Core §5.5.1.1).
    by_app = min(asked.essential_acr_values, key=LADDER.index, default="")
    return highest((by_policy, by_app))


def _wished_acr(asked: AuthorizationRequest, session: SsoSession | None) -> str:
    """What the app would like more than the session has, while somebody can be asked for it and was not yet."""
    if session is None or not settings.STEP_UP_URL or asked.is_step_up_offered or "none" in asked.prompts:
        return ""
    if any(satisfies(session.acr, acr) for acr in asked.acr_values):
        return ""
    return next(iter(asked.acr_values), "")


def _refusal(client: Application, session: SsoSession | None) -> Decision:
    """The gate's word on the account. Scopes and assurance are the hub's: it can still ask for more proof."""
    if session is None:
        return OPEN
    return account_may_receive_tokens(user=session.user, session=session, client=client)

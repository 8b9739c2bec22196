"""Issuing an authorization code: one row with everything the tokens made from it will say."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from core_app.caller import Caller
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application, Grant
from custom_scopes_and_policies_app.signals import code_issued
from custom_scopes_and_policies_app.token_store import LostRace, hash_code, new_code, store_code
from sessions_app.models import SsoSession


class AlreadyAnswered(Exception):
    """The stored request was used up by another caller; nothing was written."""


def issue_code(
    *,
    request: AuthorizationRequest,
    client: Application,
    session: SsoSession,
    granted: Mapping[str, str],
    caller: Caller,
) -> str:
    """A new code for what was granted, bound to client, redirect URI, challenge and session (B03).

    Raises AlreadyAnswered when another caller was faster with the same stored request.
    """
    code = new_code()
    scopes = [scope for scope in request.scopes if scope in granted]
    policies = {scope: granted[scope] for scope in scopes if granted[scope]}
    grant = _grant(request, client, session, hash_code(code), scopes, policies)

    def announce() -> None:
        code_issued.emit(
            user_id=session.user_id,
            client_id=client.client_id,
            sid=session.sid,
            grant_type="authorization_code",
            scopes=scopes,
            policies=policies,
            caller=caller,
        )

    try:
        store_code(grant, request_id=request.request_id, announce=announce)
    except LostRace as error:
        raise AlreadyAnswered from error
    return code


def _grant(
    request: AuthorizationRequest,
    client: Application,
    session: SsoSession,
    digest: str,
    scopes: Sequence[str],
    policies: Mapping[str, str],
) -> Grant:
    return Grant(
        code=digest,
        user_id=session.user_id,
        application_id=client.pk,
        session_id=session.pk,
        expires=timezone.now() + timedelta(seconds=conf.AUTHORIZATION_CODE_SECONDS),
        redirect_uri=request.redirect_uri,
        scope=" ".join(scopes),
        code_challenge=request.code_challenge,
        code_challenge_method="S256" if request.code_challenge else "",
        nonce=request.nonce,
        claims=json.dumps(request.claims),
        resource=list(request.resources),
        acr=session.acr,
        amr=session.amr,
        auth_time=session.auth_time,
        policies=dict(policies),
        # Asked for "stay connected" and told no: then only what the person is present for.
        gives_refresh_token="offline_access" not in request.scopes or "offline_access" in scopes,
    )

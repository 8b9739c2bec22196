"""Token introspection (RFC 7662): what a token says and whether it is still good, for those who may ask."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from custom_scopes_and_policies_app import signals
from custom_scopes_and_policies_app.bearer import AccessToken, read_access_token
from custom_scopes_and_policies_app.client_auth import authenticate_client
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call, read_form
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.endpoints.rates import count_client, limited
from custom_scopes_and_policies_app.errors import InvalidClient, OAuthError
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.models import Application, RefreshToken
from custom_scopes_and_policies_app.resources import audience_of
from custom_scopes_and_policies_app.scopes import limits_of, still_allowed
from custom_scopes_and_policies_app.token_store import find_family
from jwt_app import refresh_tokens
from jwt_app.signing import InvalidToken

INACTIVE: dict[str, object] = {"active": False}
COPIED = (
    "iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "sid", "auth_time", "acr", "amr", "policies",
)  # fmt: skip


@guarded
@limited("introspection")
def introspect(call: Call) -> Answer:
    """Exactly `{"active": false}` for whatever is not good or not for this caller (RFC 7662 §2.2)."""
    client_id = ""
    try:
        form = read_form(call)
        client = authenticate_client(call, form)
        client_id = client.client_id
        if not client.is_confidential:
            # RFC 7662 §2.1: the endpoint must not be open to anybody who knows a client id.
            raise InvalidClient("introspection_by_public_client", tried_basic=False)
        count_client("introspection", client, call)
        text = form.get("token")
        if text is None:
            raise OAuthError("invalid_request", "The token parameter is missing.")
        return Answer(200, _facts(text, client, call), NO_STORE, client_id=client_id)
    except OAuthError as error:
        signals.introspection_refused.emit(
            client_id=client_id, outcome="refused", reason=error.reason, caller=call.caller
        )
        return Answer(error.status, error.payload(), {**NO_STORE, **error.headers}, client_id=client_id)


def _facts(text: str, client: Application, call: Call) -> dict[str, object]:
    token = read_access_token(text)
    if token is not None:
        claims = token.claims
        if not _may_ask(client, owner=token.client_id, audience=claims["aud"]):
            return INACTIVE
        return {
            "active": True,
            "token_type": "Bearer",
            **{name: claims[name] for name in COPIED if name in claims},
            **_counting_limits(token),
        }
    family = _refresh_family(text, call)
    if family is None or not _may_ask(client, owner=family.application.client_id, audience=()):
        return INACTIVE
    return _refresh_facts(family)


def _may_ask(client: Application, *, owner: str, audience: Any) -> bool:
    """The app itself, a resource server the token is for, or one that the operator lets ask about all (E01)."""
    if client.may_introspect or owner == client.client_id:
        return True
    audiences = {audience} if isinstance(audience, str) else set(audience)
    return bool(audiences & set(audience_of(client)) - {settings.ISSUER_URL})


def _refresh_family(text: str, call: Call) -> RefreshToken | None:
    """The live family of a refresh token of the present generation."""
    try:
        token = refresh_tokens.parse(text)
    except InvalidToken:
        return None
    family = find_family(token.family)
    if family is None or not refresh_tokens.is_genuine(token, seed=bytes(family.seed)):
        return None
    is_current = token.generation == family.generation and family.revoked_at is None
    is_in_time = family.expires_at > call.now and (
        family.idle_expires_at is None or family.idle_expires_at > call.now
    )
    client = find_client(family.application.client_id)
    if client is None or not is_current or not is_in_time:
        return None
    left = still_allowed(family.granted, client)
    gate = account_may_receive_tokens(
        user=family.user, session=family.session, client=client, granted=left, acr=family.acr
    )
    return family if gate.is_open and (left or not family.scope) else None


def _counting_limits(token: AccessToken) -> dict[str, object]:
    """The limits of an access token, of the scopes that count; most have none, and then nobody asks which count."""
    if not limits_of(token.named_scopes, token.policies):
        return {}
    return _limits(token.scopes, token.policies)


def _limits(scopes: Iterable[str], policies: Mapping[str, str]) -> dict[str, object]:
    """What a resource server has to keep to. Asked anew each time: a limit an operator tightens counts at once."""
    limits = limits_of(scopes, policies)
    return {"policy_limits": limits} if limits else {}


def _refresh_facts(family: RefreshToken) -> dict[str, object]:
    facts: dict[str, object] = {
        "active": True,
        "token_type": "refresh_token",
        "iss": settings.ISSUER_URL,
        "sub": str(family.user.sub),
        "client_id": family.application.client_id,
        "scope": family.scope,
        "iat": int((family.rotated_at or family.created_at).timestamp()),
        "exp": int(family.expires_at.timestamp()),
        "acr": family.acr,
        "amr": family.amr,
        "policies": family.policies,
        **_limits(family.scope.split(), family.policies),
    }
    if family.session_id:
        facts["sid"] = str(family.session_id)
    if family.auth_time:
        facts["auth_time"] = int(family.auth_time.timestamp())
    return facts

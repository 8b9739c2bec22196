"""Token revocation (RFC 7009): by the app a token belongs to, whatever kind it is; the whole family goes with it."""

from datetime import UTC, datetime
from typing import Any

from custom_scopes_and_policies_app.client_auth import authenticate_client
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call, read_form
from custom_scopes_and_policies_app.endpoints.cors import cross_origin
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.endpoints.rates import limited
from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.models import Application, RefreshToken
from custom_scopes_and_policies_app.own_tokens import read_own
from custom_scopes_and_policies_app.plan import family_of_jti
from custom_scopes_and_policies_app.token_store import find_family, revoke_family, revoke_single_token
from jwt_app import refresh_tokens
from jwt_app.signing import ACCESS_TOKEN_TYPE, InvalidToken


@guarded
@cross_origin("POST")
@limited("revocation")
def revoke(call: Call) -> Answer:
    """200 with an empty body, for unknown tokens too (RFC 7009 §2.2); never says whether a token existed."""
    client_id = ""
    try:
        form = read_form(call)
        client_id = form.get("client_id") or ""
        client = authenticate_client(call, form)
        client_id = client.client_id
        text = form.get("token")
        if text is None:
            raise OAuthError("invalid_request", "The token parameter is missing.")
        _revoke(text, client, call)
        return Answer(200, headers=NO_STORE, client_id=client_id)
    except OAuthError as error:
        return Answer(error.status, error.payload(), {**NO_STORE, **error.headers}, client_id=client_id)


def _revoke(text: str, client: Application, call: Call) -> None:
    """The hint is not needed: the two kinds of token cannot be mistaken for each other."""
    family = _family_of_refresh_token(text)
    if family is None:
        claims = _access_token_claims(text)
        if claims is None or claims["client_id"] != client.client_id:
            return
        family_id = family_of_jti(claims["jti"])
        if family_id is None:
            revoke_single_token(
                jti=claims["jti"],
                expires_at=datetime.fromtimestamp(claims["exp"], tz=UTC),
                client_id=client.client_id,
                caller=call.caller,
            )
            return
        family = find_family(family_id)
    if family is not None and family.application_id == client.pk:
        revoke_family(
            family=family,
            reason=RefreshToken.RevokeReason.CLIENT,
            client_id=client.client_id,
            caller=call.caller,
            now=call.now,
        )


def _family_of_refresh_token(text: str) -> RefreshToken | None:
    try:
        token = refresh_tokens.parse(text)
    except InvalidToken:
        return None
    family = find_family(token.family)
    if family is None or not refresh_tokens.is_genuine(token, seed=bytes(family.seed)):
        return None
    return family


def _access_token_claims(text: str) -> dict[str, Any] | None:
    try:
        return read_own(text, typ=ACCESS_TOKEN_TYPE)
    except InvalidToken:
        return None

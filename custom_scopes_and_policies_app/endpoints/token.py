"""The token endpoint (RFC 6749 §3.2): authenticate the client, let oauthlib validate, write once, answer."""

from custom_scopes_and_policies_app import signals, token_store
from custom_scopes_and_policies_app.bursts import under_way
from custom_scopes_and_policies_app.client_auth import authenticate_client
from custom_scopes_and_policies_app.dot.protocol import oauth_errors
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call, read_form
from custom_scopes_and_policies_app.endpoints.cors import cross_origin
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.endpoints.rates import count_client, limited
from custom_scopes_and_policies_app.engine import authorization_server
from custom_scopes_and_policies_app.errors import AuthorizationPending, OAuthError, from_oauthlib
from custom_scopes_and_policies_app.token_request import TokenRequest


@guarded
@cross_origin("POST")
@limited("token")
def token(call: Call) -> Answer:
    """Tokens for a code, a device code, a refresh token or a client; or the error of RFC 6749 §5.2. Never raises."""
    client_id = ""
    grant_type = ""
    try:
        form = read_form(call)
        grant_type = form.get("grant_type") or ""
        client_id = form.get("client_id") or ""
        client = authenticate_client(call, form)
        client_id = client.client_id
        count_client("token", client, call)
        request = TokenRequest(form=form, call=call, client=client)
        with under_way(request.code or request.device_code):
            return Answer(200, _issue(request), NO_STORE, client_id=client_id)
    except OAuthError as error:
        if not isinstance(error, AuthorizationPending):
            signals.token_refused.emit(
                client_id=client_id[:255],
                grant_type=grant_type[:64],
                outcome="refused",
                reason=error.reason,
                caller=call.caller,
            )
        return Answer(error.status, error.payload(), {**NO_STORE, **error.headers}, client_id=client_id)


def _issue(request: TokenRequest) -> dict[str, object]:
    try:
        return authorization_server().issue_tokens(request)
    except oauth_errors.OAuth2Error as error:
        grant = request.grant
        if grant is not None and getattr(error, "reason", "") != "lost_race":
            token_store.count_failure(grant)
        if grant is not None and type(error) is oauth_errors.InvalidGrantError:
            # Of a code that was good, only oauthlib's check of the verifier says no without naming our rule.
            error.reason = getattr(error, "reason", "") or "code_verifier_wrong"
        raise from_oauthlib(error) from error

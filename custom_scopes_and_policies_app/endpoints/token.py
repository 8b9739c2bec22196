"""The token endpoint (RFC 6749 §3.2): authenticate the client, let oauthlib validate, write once, answer."""

from urllib.parse import urlencode

from custom_scopes_and_policies_app import signals, token_store
from custom_scopes_and_policies_app.bursts import under_way
from custom_scopes_and_policies_app.client_auth import authenticate_client
from custom_scopes_and_policies_app.dot.protocol import OAuthRequest, oauth_errors
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call, Form, read_form
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.engine import authorization_server
from custom_scopes_and_policies_app.errors import OAuthError, from_oauthlib

PATH = "/o/token/"


@guarded
def token(call: Call) -> Answer:
    """Tokens for a code, a refresh token or a client; or the error of RFC 6749 §5.2. Never raises."""
    client_id = ""
    grant_type = ""
    try:
        form = read_form(call)
        grant_type = form.get("grant_type") or ""
        client_id = form.get("client_id") or ""
        client = authenticate_client(call, form)
        client_id = client.client_id
        request = _decoded_request(form, call)
        request.client = client
        request.client_id = client.client_id
        with under_way(request.code):
            return Answer(200, _issue(request), NO_STORE)
    except OAuthError as error:
        signals.token_refused.emit(
            client_id=client_id[:255],
            grant_type=grant_type[:64],
            outcome="refused",
            reason=error.reason,
            caller=call.caller,
        )
        return Answer(error.status, error.payload(), {**NO_STORE, **error.headers})


def _issue(request: OAuthRequest) -> dict[str, object]:
    try:
        return authorization_server().issue_tokens(request)
    except oauth_errors.OAuth2Error as error:
        grant = getattr(request, "grant", None)
        if grant is not None and getattr(error, "reason", "") != "lost_race":
            token_store.count_failure(grant)
        raise from_oauthlib(error) from error


def _decoded_request(form: Form, call: Call) -> OAuthRequest:
    request = OAuthRequest(PATH, "POST", urlencode(form.pairs))
    request.call = call
    request.grant = None
    return request

"""From the raw parameters of `/o/authorize/` to a request that passed every check, or the error to answer with.

The order matters: client and redirect URI first, because before they are known to be good nothing may be sent
anywhere (RFC 6749 §4.1.2.1, requirement A02).
"""

from collections import Counter
from collections.abc import Sequence

from django.utils import timezone

from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.claims_request import parse_claims, with_implied_scopes
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.destination import QUERY, Destination
from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.redirect_uris import is_registered
from custom_scopes_and_policies_app.request_parameters import (
    check_parameters,
    check_response_mode,
    checked_scopes,
    expected_people,
    insisted_acr,
    max_age_of,
    wished_acr,
)
from custom_scopes_and_policies_app.resources import check_resources

Pairs = Sequence[tuple[str, str]]


class UnsafeRequest(OAuthError):
    """The client or the redirect URI is not good: show a page, never redirect."""


class RefusedRequest(OAuthError):
    """The request is not good, but its client and redirect URI are: tell the app."""

    def __init__(self, error: OAuthError, destination: Destination) -> None:
        super().__init__(error.error, error.description, reason=error.reason)
        self.destination = destination


def validate_request(pairs: Pairs) -> AuthorizationRequest:
    """Check everything that can be checked before login. Raises UnsafeRequest or RefusedRequest."""
    parameters = {name: value for name, value in reversed(pairs) if value}
    repeated = _repeated([name for name, _value in pairs])
    client = _client(parameters, repeated)
    redirect_uri = _redirect_uri(client, parameters, repeated)
    mode = "" if "response_mode" in repeated else parameters.get("response_mode", QUERY)
    try:
        check_response_mode(mode, client)
        check_parameters(parameters, repeated)
        return _build(
            parameters,
            client=client,
            redirect_uri=redirect_uri,
            scopes=checked_scopes(parameters, client),
            resources=check_resources(
                [value for name, value in pairs if name == "resource" and value], client
            ),
        )
    except OAuthError as error:
        destination = Destination(
            client_id=client.client_id,
            redirect_uri=redirect_uri,
            state="" if "state" in repeated else parameters.get("state", ""),
            response_mode=mode if mode in client.response_modes else QUERY,
        )
        raise RefusedRequest(error, destination) from error


def _repeated(names: Sequence[str]) -> set[str]:
    """What comes more than once and may not (RFC 6749 §3.1; RFC 8707 §2 lets `resource` repeat)."""
    if len(set(names)) == len(names):
        return set()
    return {name for name, count in Counter(names).items() if count > 1} - {"resource"}


def _client(parameters: dict[str, str], repeated: set[str]) -> Application:
    client_id = parameters.get("client_id", "")
    if "client_id" in repeated:
        raise UnsafeRequest("invalid_request", "The client_id parameter is given more than once.")
    if not client_id:
        raise UnsafeRequest("invalid_request", "The client_id parameter is missing.")
    client = find_client(client_id)
    if client is None:
        raise UnsafeRequest("invalid_client", "No app is registered under this client_id.")
    return client


def _redirect_uri(client: Application, parameters: dict[str, str], repeated: set[str]) -> str:
    registered = client.redirect_uris.split()
    if "redirect_uri" in repeated:
        raise UnsafeRequest("invalid_request", "The redirect_uri parameter is given more than once.")
    uri = parameters.get("redirect_uri", "")
    if not uri:
        if len(registered) != 1:
            raise UnsafeRequest("invalid_request", "The redirect_uri parameter is missing.")
        return registered[0]
    if not is_registered(uri, registered):
        raise UnsafeRequest("invalid_request", "The redirect_uri is not registered for this app.")
    return uri


def _build(
    parameters: dict[str, str],
    *,
    client: Application,
    redirect_uri: str,
    scopes: tuple[str, ...],
    resources: tuple[str, ...],
) -> AuthorizationRequest:
    claims = parse_claims(parameters.get("claims", "")) if "openid" in scopes else {}
    return AuthorizationRequest(
        requested_at=timezone.now().timestamp(),
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        scopes=with_implied_scopes(scopes, claims, client),
        state=parameters.get("state", ""),
        response_mode=parameters.get("response_mode", QUERY),
        nonce=parameters.get("nonce", ""),
        code_challenge=parameters.get("code_challenge", ""),
        prompts=tuple(sorted(parameters.get("prompt", "").split())),
        max_age=max_age_of(parameters),
        acr_values=wished_acr(parameters, claims),
        essential_acr_values=insisted_acr(claims),
        login_hint=parameters.get("login_hint", "")[:100],
        ui_locales=tuple(parameters.get("ui_locales", "").split()[:10]),
        expected_subs=expected_people(parameters.get("id_token_hint"), claims),
        claims=claims,
        resources=resources,
    )

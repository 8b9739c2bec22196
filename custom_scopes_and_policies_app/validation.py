"""From the raw parameters of `/o/authorize/` to a request that passed every check, or the error to answer with.

The order matters: client and redirect URI first, because before they are known to be good nothing may be sent
anywhere (RFC 6749 §4.1.2.1, requirement A02).
"""

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils import timezone

from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.dot.protocol import OAuthRequest, oauth_errors
from custom_scopes_and_policies_app.engine import authorization_server
from custom_scopes_and_policies_app.errors import OAuthError, from_oauthlib
from custom_scopes_and_policies_app.id_tokens import read_id_token_hint
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.redirect_uris import is_registered

PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_AGE = re.compile(r"[0-9]{1,9}")
MAX_STATE = 2000
Pairs = Sequence[tuple[str, str]]


class UnsafeRequest(OAuthError):
    """The client or the redirect URI is not good: show a page, never redirect."""


class RefusedRequest(OAuthError):
    """The request is not good, but its client and redirect URI are: tell the app."""

    def __init__(self, error: OAuthError, *, redirect_uri: str, state: str, client_id: str) -> None:
        super().__init__(error.error, error.description, reason=error.reason)
        self.redirect_uri = redirect_uri
        self.state = state
        self.client_id = client_id

    @classmethod
    def of(cls, asked: AuthorizationRequest, error: str) -> "RefusedRequest":
        """An error for a request that was fine in itself: what it asks for cannot be given."""
        return cls(
            OAuthError(error), redirect_uri=asked.redirect_uri, state=asked.state, client_id=asked.client_id
        )


def validate_request(pairs: Pairs) -> AuthorizationRequest:
    """Check everything that can be checked before login. Raises UnsafeRequest or RefusedRequest."""
    parameters = {name: value for name, value in reversed(pairs) if value}
    repeated = {name for name, count in Counter(name for name, _ in pairs).items() if count > 1} - {
        "resource"
    }
    client = _client(parameters, repeated)
    redirect_uri = _redirect_uri(client, parameters, repeated)
    try:
        _check_parameters(parameters, repeated)
        scopes = _check_with_oauthlib(parameters)
        return _build(parameters, redirect_uri=redirect_uri, scopes=scopes)
    except OAuthError as error:
        raise RefusedRequest(
            error,
            redirect_uri=redirect_uri,
            state="" if "state" in repeated else parameters.get("state", ""),
            client_id=client.client_id,
        ) from error


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


def _check_parameters(parameters: dict[str, str], repeated: set[str]) -> None:
    if repeated:
        raise OAuthError("invalid_request", f"Given more than once: {' '.join(sorted(repeated))}.")
    if any("\x00" in value for value in parameters.values()):
        raise OAuthError("invalid_request", "A parameter holds a NUL character.")
    if len(parameters.get("state", "")) > MAX_STATE or len(parameters.get("nonce", "")) > 255:
        raise OAuthError("invalid_request", "The state or nonce is too long.")
    # OIDC Core §6: answered by errors of their own, and said so in discovery.
    if "request" in parameters:
        raise OAuthError("request_not_supported", "Request objects are not supported.")
    if "request_uri" in parameters:
        raise OAuthError("request_uri_not_supported", "Request URIs are not supported.")
    if parameters.get("response_type", "code") != "code":
        raise OAuthError("unsupported_response_type", "Only response_type=code is supported.")
    if parameters.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "Only response_mode=query is supported.")
    _check_challenge(parameters)
    _check_prompt(parameters)


def _check_challenge(parameters: dict[str, str]) -> None:
    challenge = parameters.get("code_challenge")
    if challenge is None:
        if "code_challenge_method" in parameters:
            raise OAuthError("invalid_request", "The code_challenge parameter is missing.")
        return
    # RFC 9700 §2.1.1: S256 is the only method; a left-out method would mean "plain".
    if parameters.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "Use code_challenge_method=S256.")
    if not CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "The code_challenge is not the base64url of a SHA-256.")


def _check_prompt(parameters: dict[str, str]) -> None:
    prompts = set(parameters.get("prompt", "").split())
    if prompts - PROMPTS:
        raise OAuthError("invalid_request", "The prompt parameter has an unknown value.")
    if "none" in prompts and len(prompts) > 1:
        raise OAuthError("invalid_request", "prompt=none cannot be combined with another value.")
    if "max_age" in parameters and not MAX_AGE.fullmatch(parameters["max_age"]):
        raise OAuthError("invalid_request", "The max_age parameter is not a number of seconds.")


def _check_with_oauthlib(parameters: dict[str, str]) -> tuple[str, ...]:
    """The rules of RFC 6749, PKCE and OIDC as oauthlib knows them; returns the scopes."""
    try:
        request = OAuthRequest(f"/o/authorize/?{urlencode(parameters)}", "GET")
        authorization_server().validate_authorization(request)
    except oauth_errors.FatalClientError as error:
        raise UnsafeRequest("invalid_request", str(error.description or "")) from error
    except oauth_errors.OAuth2Error as error:
        raise from_oauthlib(error) from error
    except ValueError as error:
        raise OAuthError("invalid_request", "The parameters cannot be decoded.") from error
    return tuple(dict.fromkeys(request.scopes))


def _build(parameters: dict[str, str], *, redirect_uri: str, scopes: tuple[str, ...]) -> AuthorizationRequest:
    return AuthorizationRequest(
        requested_at=timezone.now().timestamp(),
        client_id=parameters["client_id"],
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=parameters.get("state", ""),
        nonce=parameters.get("nonce", ""),
        code_challenge=parameters.get("code_challenge", ""),
        prompts=tuple(sorted(parameters.get("prompt", "").split())),
        max_age=int(parameters["max_age"]) if "max_age" in parameters else None,
        acr_values=tuple(parameters.get("acr_values", "").split()),
        login_hint=parameters.get("login_hint", "")[:100],
        ui_locales=tuple(parameters.get("ui_locales", "").split()[:10]),
        hinted_sub=_hinted_sub(parameters.get("id_token_hint")),
    )


def _hinted_sub(hint: str | None) -> str:
    if hint is None:
        return ""
    claims = read_id_token_hint(hint)
    if claims is None:
        raise OAuthError("invalid_request", "The id_token_hint is not an ID token of this server.")
    return str(claims["sub"])

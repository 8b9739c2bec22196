"""The single parameters of an authorization request: one rule a function, one error a rule."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from custom_scopes_and_policies_app.claims_request import ClaimsRequest, is_essential, wanted_values
from custom_scopes_and_policies_app.client_rules import RESPONSE_MODES
from custom_scopes_and_policies_app.dot.protocol import OAuthRequest, is_absolute_uri, oauth_errors
from custom_scopes_and_policies_app.engine import authorization_server
from custom_scopes_and_policies_app.errors import OAuthError, from_oauthlib
from custom_scopes_and_policies_app.id_tokens import read_id_token_hint
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import AUTHORIZATION_CODE
from custom_scopes_and_policies_app.scopes import catalogue
from sessions_app.assurance import LADDER

PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_AGE = re.compile(r"[0-9]{1,20}")
# Far more than any sign-in lives: whoever asks for more asks for the same.
LONGEST_AGE = 1_000_000_000
MAX_STATE = 2000
MAX_NONCE = 255
MAX_FORM_FIELDS = 100
MAX_QUERY = 8000

Parameters = Mapping[str, str]


def query_pairs(query: str) -> list[tuple[str, str]]:
    """The parameters as they came, repetitions included. Raises ValueError when they are too many or not UTF-8."""
    # WSGI hands the bytes of the address over as Latin-1 (PEP 3333).
    raw = query.encode("latin-1")
    if len(raw) > MAX_QUERY:
        raise ValueError("the query is too long")
    return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)


def check_response_mode(mode: str, client: Application) -> None:
    """The modes that the server has and the client is allowed (A07). An error about the mode itself goes by query."""
    if mode and mode not in RESPONSE_MODES:
        raise OAuthError("invalid_request", "The response_mode is not supported; use query or form_post.")
    if mode and mode not in client.response_modes:
        raise OAuthError("invalid_request", "This app may not use this response_mode.")


def check_parameters(parameters: Parameters, repeated: set[str]) -> None:
    """Everything that needs no look-up."""
    if repeated:
        raise OAuthError("invalid_request", f"Given more than once: {' '.join(sorted(repeated))}.")
    if any("\x00" in value for value in parameters.values()):
        raise OAuthError("invalid_request", "A parameter holds a NUL character.")
    if len(parameters.get("state", "")) > MAX_STATE or len(parameters.get("nonce", "")) > MAX_NONCE:
        raise OAuthError("invalid_request", "The state or nonce is too long.")
    # OIDC Core §6: answered by errors of their own, and said so in discovery.
    if "request" in parameters:
        raise OAuthError("request_not_supported", "Request objects are not supported.")
    if "request_uri" in parameters:
        raise OAuthError("request_uri_not_supported", "Request URIs are not supported.")
    if parameters.get("response_type", "code") != "code":
        raise OAuthError("unsupported_response_type", "Only response_type=code is supported.")
    _check_challenge(parameters)
    _check_prompt(parameters)


def _check_challenge(parameters: Parameters) -> None:
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


def _check_prompt(parameters: Parameters) -> None:
    prompts = set(parameters.get("prompt", "").split())
    if prompts - PROMPTS:
        raise OAuthError("invalid_request", "The prompt parameter has an unknown value.")
    if "none" in prompts and len(prompts) > 1:
        raise OAuthError("invalid_request", "prompt=none cannot be combined with another value.")
    if "max_age" in parameters and not MAX_AGE.fullmatch(parameters["max_age"]):
        raise OAuthError("invalid_request", "The max_age parameter is not a number of seconds.")


def max_age_of(parameters: Parameters) -> int | None:
    """Seconds since the person proved who they are, at most."""
    return min(int(parameters["max_age"]), LONGEST_AGE) if "max_age" in parameters else None


def checked_scopes(parameters: Parameters, client: Application) -> tuple[str, ...]:
    """The rules of RFC 6749, PKCE and OIDC as oauthlib knows them; returns the scopes.

    Client and redirect URI are known to be good by now, so that no error of oauthlib's forbids telling the app.
    """
    scopes = tuple(dict.fromkeys(filter(None, parameters.get("scope", "").split(" "))))
    return scopes if _is_plainly_good(parameters, client, scopes) else scopes_by_oauthlib(parameters)


def _is_plainly_good(parameters: Parameters, client: Application, scopes: tuple[str, ...]) -> bool:
    """Whether nothing is left that oauthlib could mind, after `check_parameters`.

    So it is with nearly every request. What is wrong with another, and what was left out, is oauthlib's to say.
    """
    return (
        "code_challenge" in parameters
        and parameters.get("response_type") in client.response_types
        and AUTHORIZATION_CODE in client.grant_types
        and is_absolute_uri(parameters.get("redirect_uri", "")) is not None
        and bool(scopes)
        and catalogue().within(client.allowed_scopes).every.issuperset(scopes)
    )


def scopes_by_oauthlib(parameters: Parameters) -> tuple[str, ...]:
    """The scopes that oauthlib finds good, or its error in our terms."""
    # The claims parameter is read by `claims_request`: oauthlib would only parse it once more.
    # Decoded already, and known to come once each: out of an address, oauthlib would decode them six times.
    known = {name: value for name, value in parameters.items() if name != "claims"}
    try:
        request = OAuthRequest("/o/authorize/", "GET", body=known)
        authorization_server().validate_authorization(request)
    except oauth_errors.OAuth2Error as error:
        raise from_oauthlib(error) from error
    except ValueError as error:
        raise OAuthError("invalid_request", "The parameters cannot be decoded.") from error
    return tuple(dict.fromkeys(request.scopes))


def expected_people(hint: str | None, claims: ClaimsRequest) -> tuple[str, ...]:
    """The `sub`s the app will take an answer about (`id_token_hint`, OIDC Core §5.5.1); empty when anybody will do."""
    wanted = [wanted_values(claims, "sub", place=place) for place in claims]
    if hint is not None:
        hinted = read_id_token_hint(hint)
        if hinted is None:
            raise OAuthError("invalid_request", "The id_token_hint is not an ID token of this server.")
        wanted.append((str(hinted["sub"]),))
    wanted = [subs for subs in wanted if subs]
    if not wanted:
        return ()
    common = tuple(sub for sub in wanted[0] if all(sub in subs for subs in wanted))
    if not common:
        raise OAuthError("invalid_request", "The id_token_hint and the claims name different people.")
    return common


def insisted_acr(claims: ClaimsRequest) -> tuple[str, ...]:
    """The levels of assurance of which the app needs one (OIDC Core §5.5.1.1); empty when it insists on none."""
    values = wanted_values(claims, "acr", place="id_token")
    if not values or not is_essential(claims, "acr", place="id_token"):
        return ()
    known = tuple(value for value in values if value in LADDER)
    if not known:
        raise OAuthError(
            "unmet_authentication_requirements", "None of the essential acr values is known here."
        )
    return known


def wished_acr(parameters: Parameters, claims: ClaimsRequest) -> tuple[str, ...]:
    """The levels the app would like, best first: voluntary (OIDC Core §3.1.2.1, §5.5.1.1)."""
    wishes = [*parameters.get("acr_values", "").split()]
    if not is_essential(claims, "acr", place="id_token"):
        wishes += wanted_values(claims, "acr", place="id_token")
    return tuple(acr for acr in dict.fromkeys(wishes) if acr in LADDER)

"""Access tokens presented to us (RFC 6750): from the header or a form body, never from the address."""

from dataclasses import dataclass
from typing import Any

from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.endpoints.call import FORM, Call, read_form
from custom_scopes_and_policies_app.errors import InsufficientScope, InvalidToken, OAuthError
from custom_scopes_and_policies_app.liveness import is_token_live
from jwt_app.signing import ACCESS_TOKEN_TYPE, verify
from jwt_app.signing import InvalidToken as BadSignature


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A verified, live access token."""

    claims: dict[str, Any]

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(str(self.claims.get("scope", "")).split())

    @property
    def policies(self) -> dict[str, str]:
        return dict(self.claims.get("policies", {}))

    @property
    def client_id(self) -> str:
        return str(self.claims["client_id"])


def require_access_token(call: Call, *, scope: str) -> AccessToken:
    """The token of this call. Raises InvalidToken (401) or InsufficientScope (403) with the right challenge."""
    text = _presented(call)
    if text is None:
        raise InvalidToken("Present an access token.", was_presented=False)
    token = read_access_token(text)
    if token is None:
        raise InvalidToken("The access token is invalid, expired or revoked.")
    if scope not in token.scopes:
        raise InsufficientScope(scope)
    return token


def read_access_token(text: str) -> AccessToken | None:
    """The token when it is ours, in time and alive; else None."""
    try:
        claims = verify(text, typ=ACCESS_TOKEN_TYPE)
    except BadSignature:
        return None
    # The app may have been switched off or removed since; its copy here is a second old at most.
    if find_client(claims["client_id"]) is None or not is_token_live(claims):
        return None
    return AccessToken(claims)


def _presented(call: Call) -> str | None:
    """RFC 6750 §2: one method only. A token in the query string is never looked at (RFC 9700 §4.3.2)."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    in_header = value.strip() if scheme.lower() == "bearer" and value.strip() else None
    in_body = None
    if call.method == "POST" and call.headers.get("content-type", "").startswith(FORM):
        in_body = read_form(call).get("access_token")
    if in_header and in_body:
        raise OAuthError("invalid_request", "Present the access token once.")
    return in_header or in_body

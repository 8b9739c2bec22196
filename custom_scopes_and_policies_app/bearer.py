"""Access tokens presented to us (RFC 6750): from the header or a form body, never from the address."""

from dataclasses import dataclass
from typing import Any

from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.endpoints.call import FORM, Call, read_form
from custom_scopes_and_policies_app.errors import (
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidToken,
    OAuthError,
)
from custom_scopes_and_policies_app.liveness import is_token_live
from custom_scopes_and_policies_app.own_tokens import read_own
from custom_scopes_and_policies_app.policies.assurance import highest, level_acr, scope_acr
from jwt_app.signing import ACCESS_TOKEN_TYPE
from jwt_app.signing import InvalidToken as BadSignature
from sessions_app.assurance import satisfies


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A verified, live access token."""

    claims: dict[str, Any]

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that count. One that wants more proof than the sign-in behind the token has does not."""
        acr = str(self.claims.get("acr", ""))
        return frozenset(name for name in self.named_scopes if satisfies(acr, scope_acr(name)))

    @property
    def named_scopes(self) -> frozenset[str]:
        """The scopes that the token names."""
        return frozenset(str(self.claims.get("scope", "")).split())

    @property
    def policies(self) -> dict[str, str]:
        return dict(self.claims.get("policies", {}))

    @property
    def audience(self) -> tuple[str, ...]:
        """Whom the token is for; a single name stands alone in it (RFC 7519 §4.1.3)."""
        stated = self.claims["aud"]
        return (stated,) if isinstance(stated, str) else tuple(stated)

    @property
    def client_id(self) -> str:
        return str(self.claims["client_id"])


def require_access_token(call: Call, *, scope: str, acr: str = "", max_age: int | None = None) -> AccessToken:
    """The token of this call. `acr` and `max_age` (seconds since the person signed in) are wanted besides the scope.

    Raises InvalidToken (401), InsufficientScope (403) or InsufficientUserAuthentication (401, RFC 9470), each with the
    right challenge. What scope and level insist on themselves is wanted anyway.
    """
    text = _presented(call)
    if text is None:
        raise InvalidToken("Present an access token.", was_presented=False)
    token = read_access_token(text)
    if token is None:
        raise InvalidToken("The access token is invalid, expired or revoked.")
    if scope not in token.named_scopes:
        raise InsufficientScope(scope)
    _require_authentication(token, call, scope=scope, acr=acr, max_age=max_age)
    return token


def _require_authentication(
    token: AccessToken, call: Call, *, scope: str, acr: str, max_age: int | None
) -> None:
    wanted = highest([acr, scope_acr(scope), level_acr(scope, token.policies.get(scope, ""))])
    is_old = max_age is not None and call.now.timestamp() - int(token.claims.get("auth_time", 0)) > max_age
    if is_old or not satisfies(str(token.claims.get("acr", "")), wanted):
        raise InsufficientUserAuthentication(acr=wanted, max_age=max_age)


def read_access_token(text: str) -> AccessToken | None:
    """The token when it is ours, in time and alive; else None."""
    try:
        claims = read_own(text, typ=ACCESS_TOKEN_TYPE)
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

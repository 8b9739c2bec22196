"""Errors in the standard's terms, and the one place that turns them into an answer."""

from collections.abc import Mapping

from custom_scopes_and_policies_app.dot.protocol import oauth_errors

# What an error means when nothing more is to be said.
PLAIN_WORDS: Mapping[str, str] = {
    "access_denied": "The person said no, or the rules of this server do.",
    "account_selection_required": "The person has to choose an account first.",
    "consent_required": "The person has to be asked for consent first.",
    "interaction_required": "The person has to do something first.",
    "invalid_scope": "A scope is not known, or this app may not ask for it.",
    "login_required": "The person has to sign in first.",
    "unauthorized_client": "This app may not do this.",
    "unmet_authentication_requirements": "The sign-in is not as strong as it has to be.",
    "unsupported_grant_type": "This grant type is not supported.",
}


class OAuthError(Exception):
    """An error of RFC 6749 §5.2 and its relatives.

    `description` is for the app's developer and goes out; `reason` names our rule and stays in the operator's record;
    `hint` is added to the description in parentheses.
    """

    def __init__(
        self,
        error: str,
        description: str = "",
        *,
        status: int = 400,
        reason: str = "",
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        description = description or PLAIN_WORDS.get(error, "")
        self.error = error
        self.description = _plain(f"{description} ({hint})" if hint else description)
        self.status = status
        self.reason = reason or error
        self.headers = dict(headers or {})

    def payload(self) -> dict[str, str]:
        """The JSON object of the error."""
        payload = {"error": self.error}
        if self.description:
            payload["error_description"] = self.description
        return payload


class InvalidClient(OAuthError):
    """Client authentication failed (RFC 6749 §5.2): 401, with the Basic challenge when that was tried."""

    def __init__(self, reason: str, *, tried_basic: bool) -> None:
        headers = {"WWW-Authenticate": 'Basic realm="token", charset="UTF-8"'} if tried_basic else {}
        super().__init__(
            "invalid_client", "Client authentication failed.", status=401, reason=reason, headers=headers
        )


class AuthorizationPending(OAuthError):
    """The person has not decided yet (RFC 8628 §3.5): an answer of every day, and so not one for the record."""

    def __init__(self) -> None:
        super().__init__("authorization_pending", "The person has not decided yet.")


class InvalidToken(OAuthError):
    """The bearer token is missing or not good (RFC 6750 §3)."""

    def __init__(self, description: str = "", *, was_presented: bool = True) -> None:
        # RFC 6750 §3.1: no error code when the request carried no authentication at all.
        challenge = (
            f'Bearer error="invalid_token", error_description="{description}"' if was_presented else "Bearer"
        )
        super().__init__("invalid_token", description, status=401, headers={"WWW-Authenticate": challenge})


class InsufficientScope(OAuthError):
    """The token is good but does not cover this (RFC 6750 §3.1)."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            "insufficient_scope",
            f"This needs the scope {scope}.",
            status=403,
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )


class InsufficientUserAuthentication(OAuthError):
    """The token is good, but the sign-in behind it is too weak or too old for this (RFC 9470 §3)."""

    def __init__(self, *, acr: str = "", max_age: int | None = None) -> None:
        description = "Sign in again with more proof." if acr else "Sign in again: it was too long ago."
        challenge = f'Bearer error="insufficient_user_authentication", error_description="{description}"'
        challenge += f', acr_values="{acr}"' if acr else ""
        challenge += f', max_age="{max_age}"' if max_age is not None else ""
        super().__init__(
            "insufficient_user_authentication",
            description,
            status=401,
            headers={"WWW-Authenticate": challenge},
        )


# What oauthlib calls otherwise than the standard or the conformance suite does.
_RENAMED = {
    # A wrong redirect URI at the token endpoint is a wrong grant (RFC 6749 §5.2).
    "MismatchingRedirectURIError": (
        "invalid_grant",
        "The redirect URI is not the one of the authorization request.",
    ),
    "MissingCodeVerifierError": ("invalid_grant", "The code verifier is missing."),
}


def from_oauthlib(error: "oauth_errors.OAuth2Error") -> OAuthError:
    """Our error for one of oauthlib's."""
    renamed = _RENAMED.get(type(error).__name__)
    if renamed is not None:
        return OAuthError(*renamed, reason=type(error).__name__)
    return OAuthError(
        str(error.error),
        _plain(str(error.description or "")),
        status=error.status_code or 400,
        reason=str(getattr(error, "reason", "") or error.error),
    )


def _plain(text: str) -> str:
    """Only the characters RFC 6749 §5.2 allows in error_description."""
    return "".join(character for character in text if " " <= character <= "~" and character not in '"\\')[
        :300
    ]

"""What a resource server answers when a token is missing, bad or not enough (RFC 6750 §3, RFC 9470 §3)."""

import re
from collections.abc import Iterable

# RFC 6750 §3: scope-token and error_description characters; everything else could break out of the quotes.
_NOT_QUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


class GuardError(Exception):
    """A request that is not let in. `status` is the HTTP status, `error` the code of the standard ("" for none)."""

    status = 401
    error = ""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description

    def challenge_parameters(self) -> dict[str, str]:
        """The parameters of the `Bearer` challenge besides the error and its description."""
        return {}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        return {"WWW-Authenticate": self._challenge(), "Cache-Control": "no-store"}

    @property
    def payload(self) -> dict[str, str]:
        """The JSON body of the answer."""
        body = {"error": self.error} if self.error else {}
        return {**body, "error_description": self.description}

    def _challenge(self) -> str:
        stated = {"error": self.error, "error_description": self.description} if self.error else {}
        parameters = {**stated, **self.challenge_parameters()}
        quoted = (f'{name}="{_NOT_QUOTABLE.sub("", value)}"' for name, value in parameters.items())
        return f"Bearer {', '.join(quoted)}".rstrip()


class NoToken(GuardError):
    """No bearer token was presented. RFC 6750 §3.1: such an answer names no error."""

    def __init__(self) -> None:
        super().__init__("Present an access token in the Authorization header.")


class InvalidRequest(GuardError):
    """The request presents its token in a way that cannot be read."""

    status = 400
    error = "invalid_request"


class InvalidToken(GuardError):
    """The token is malformed, not ours, not for this API, expired or revoked.

    Which of these it was stays in `reason`, for the log: a stranger is not told what nearly worked.
    """

    error = "invalid_token"

    def __init__(self, reason: str) -> None:
        super().__init__("The access token is invalid, expired or revoked.")
        self.reason = reason


class InsufficientScope(GuardError):
    """A good token that allows less: a scope is missing, or the person chose a lower level of one."""

    status = 403
    error = "insufficient_scope"

    def __init__(self, description: str, *, scopes: Iterable[str]) -> None:
        super().__init__(description)
        self.scopes = tuple(scopes)

    def challenge_parameters(self) -> dict[str, str]:
        return {"scope": " ".join(self.scopes)} if self.scopes else {}


class InsufficientUserAuthentication(GuardError):
    """The person must sign in again, or more strongly (RFC 9470 §3). `max_age` is in seconds."""

    error = "insufficient_user_authentication"

    def __init__(self, description: str, *, acr: str = "", max_age: int | None = None) -> None:
        super().__init__(description)
        self.acr = acr
        self.max_age = max_age

    def challenge_parameters(self) -> dict[str, str]:
        parameters = {"acr_values": self.acr} if self.acr else {}
        return parameters if self.max_age is None else {**parameters, "max_age": str(self.max_age)}


class TemporarilyUnavailable(GuardError):
    """The token cannot be judged now: the issuer does not answer. Nobody is let in on a guess."""

    status = 503
    error = "temporarily_unavailable"

    def __init__(self, reason: str, *, retry_after: int = 5) -> None:
        super().__init__("Access tokens cannot be checked at the moment. Try again in a few seconds.")
        self.reason = reason
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after), "Cache-Control": "no-store"}

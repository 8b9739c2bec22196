"""One error shape: a public sentence for people, a hint for developers, a detail for the log only.

Rooms raise `AppError` subclasses; views and the API turn them into pages, OAuth errors or problem documents in one
place each. `detail` never leaves the server.
"""

from collections.abc import Mapping

from django.utils.functional import Promise


class AppError(Exception):
    """Something a caller did that cannot be done. `code` is stable; `message` may be translated."""

    code = "invalid_request"
    status = 400

    def __init__(
        self,
        message: str | Promise,
        *,
        code: str | None = None,
        field: str = "",
        hint: str = "",
        detail: str = "",
        retry_after: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.hint = hint
        self.detail = detail
        self.retry_after = retry_after
        self.extra = dict(extra or {})


class NotFound(AppError):
    """The thing named does not exist, or not for this caller."""

    code = "not_found"
    status = 404


class TooManyAttempts(AppError):
    """A limit was reached. `retry_after` is in seconds."""

    code = "too_many_attempts"
    status = 429


class NothingCompared(AppError):
    """What was presented came too late to be compared with anything: no guess, so that it counts nowhere."""


class SignInAgain(AppError):
    """What was proven does not count any more: pages lead back to the beginning of the sign-in."""


class Unavailable(AppError):
    """Something this server depends on is away; nothing was changed."""

    code = "temporarily_unavailable"
    status = 503

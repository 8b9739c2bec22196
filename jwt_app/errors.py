"""What can be wrong with a token or a key."""

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from core_app.errors import AppError, Unavailable


class InvalidToken(AppError):
    """Not a token this server made, or no longer one. `detail` says why, for the log only."""

    code = "invalid_token"
    status = 401

    def __init__(self, detail: str) -> None:
        super().__init__(_("This token is not valid."), detail=detail)


class NoActiveKey(Unavailable):
    """There is no key to sign with: `ensure_active_key` was never called for this algorithm."""

    def __init__(self, algorithm: str) -> None:
        super().__init__(
            _("The server cannot sign tokens at the moment. Try again later."),
            detail=f"no active signing key for {algorithm}",
        )


class UnsuitableKey(ImproperlyConfigured):
    """A key that must not sign here: wrong kind, too short, unreadable, or retired before."""


class UnknownKey(AppError):
    """No key of that id is in the ring."""

    code = "unknown_key"
    status = 404

    def __init__(self, kid: str) -> None:
        super().__init__(_("There is no such key."), detail=f"no signing key {kid} in the ring")

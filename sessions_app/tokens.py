"""Who gives tokens after a sign-in by JSON: plugged in by dotted path, because tokens are made a floor above."""

from functools import lru_cache
from typing import Protocol

from django.utils.module_loading import import_string

from accounts_app.models import User
from core_app.caller import Caller
from sessions_app.conf import conf
from sessions_app.models import SsoSession


class TokenIssuer(Protocol):
    """Called inside the transaction that wrote the session; an exception takes both back."""

    def __call__(
        self, *, user: User, session: SsoSession, client_id: str, caller: Caller
    ) -> dict[str, object]:
        """The token answer. `client_id` is "" for the first-party client."""


def issue_tokens(*, user: User, session: SsoSession, client_id: str, caller: Caller) -> dict[str, object]:
    """Ask the issuer that `TOKEN_ISSUER` names."""
    return _issuer(conf.TOKEN_ISSUER)(user=user, session=session, client_id=client_id, caller=caller)


@lru_cache(maxsize=4)
def _issuer(path: str) -> TokenIssuer:
    issuer: TokenIssuer = import_string(path)
    return issuer

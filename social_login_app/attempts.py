"""A sign-in that is under way at a provider: kept on the server, bound to one browser or one app, used once (J03)."""

import secrets
import time
from dataclasses import asdict, dataclass, field

from core_app import kept
from social_login_app.conf import conf
from social_login_app.errors import AttemptGone

BROWSER, APP, APP_LINK = "social-browser", "social-app", "social-app-link"


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`state`, `nonce` and `verifier` are 256 random bits each (RFC 6749 §10.12, OIDC Core §15.5.2, RFC 7636 §4.1).

    `binding` is the browser, or the device of an app. `link_sid` is the sign-in that connects a provider; "" when
    somebody signs in. `again` wants the provider to ask the person anew. `started_at` is POSIX seconds.
    """

    provider_id: str
    redirect_uri: str
    binding: str
    next_url: str = "/"
    link_sid: str = ""
    again: bool = False
    state: str = field(default_factory=_secret)
    nonce: str = field(default_factory=_secret)
    verifier: str = field(default_factory=_secret)
    started_at: float = field(default_factory=time.time)


def keep(kind: str, key: str, attempt: Attempt) -> None:
    """Keep it for `SOCIAL_ATTEMPT_SECONDS`. Raises Unavailable when the cache is away."""
    kept.save(kind, key, asdict(attempt), seconds=conf.SOCIAL_ATTEMPT_SECONDS)


def take(
    kind: str, key: str, *, provider_id: str, state: str, bindings: tuple[str, ...] | None = None
) -> Attempt:
    """The attempt, for exactly one caller. Raises AttemptGone, and Unavailable when the cache is away.

    What does not belong to this provider, state and browser is left where it is: a stranger cannot spoil it.
    """
    facts = kept.load(kind, key)
    attempt = Attempt(**facts) if facts else None
    if attempt is None or not _is_meant(attempt, provider_id, state, bindings) or not kept.take(kind, key):
        raise AttemptGone
    return attempt


def _is_meant(attempt: Attempt, provider_id: str, state: str, bindings: tuple[str, ...] | None) -> bool:
    is_here = bindings is None or attempt.binding in bindings
    is_this = secrets.compare_digest(attempt.state.encode(), state.encode())
    return is_here and is_this and attempt.provider_id == provider_id

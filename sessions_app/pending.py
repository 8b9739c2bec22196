"""A login that has begun but not finished: small versioned JSON in the cache, bound to one browser or one app.

Nobody is logged in while it waits; it holds what was proven so far and where to go afterwards.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from core_app.errors import Unavailable
from sessions_app.conf import conf

VERSION = 3
RETRY_SECONDS = 60
Notes = Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """`proofs` maps an amr method to the POSIX time it was proven, `notes` are what the steps remember for themselves.

    `required_acr` and `sid` belong to a step-up: what is wanted, and the sign-in that it is about. An app's login
    (`is_for_app`) is bound to nothing but the secrecy of its id, 192 random bits; `client_id` is who gets the tokens.
    """

    pending_id: str
    user_id: int
    binding: str
    next_url: str
    proofs: dict[str, float]
    required_acr: str = ""
    sid: str = ""
    is_for_app: bool = False
    client_id: str = ""
    notes: Notes = field(default_factory=dict)
    version: int = VERSION

    def with_proofs(self, methods: Sequence[str], at: datetime) -> "PendingLogin":
        """A copy that also holds these methods as proven now."""
        return replace(self, proofs={**self.proofs, **dict.fromkeys(methods, at.timestamp())})

    def with_notes(self, **notes: str | float) -> "PendingLogin":
        """A copy with these notes beside the others."""
        return replace(self, notes={**self.notes, **notes})

    @property
    def methods(self) -> list[str]:
        return sorted(self.proofs)


def begin(
    *,
    user_id: int,
    binding: str,
    next_url: str,
    proofs: Mapping[str, float] | None = None,
    required_acr: str = "",
    sid: str = "",
    is_for_app: bool = False,
    client_id: str = "",
) -> PendingLogin:
    """A new pending login, not yet stored."""
    return PendingLogin(
        pending_id=secrets.token_urlsafe(24),
        user_id=user_id,
        binding=binding,
        next_url=next_url,
        proofs=dict(proofs or {}),
        required_acr=required_acr,
        sid=sid,
        is_for_app=is_for_app,
        client_id=client_id,
    )


def store(pending: PendingLogin) -> None:
    """Keep it for `PENDING_LOGIN_SECONDS`. Raises Unavailable when the cache is away."""
    # The end is written down too: this server's clock decides, not the cache's.
    until = time.time() + conf.PENDING_LOGIN_SECONDS
    facts = {name: value for name, value in asdict(pending).items() if name != "pending_id"}
    text = json.dumps({"until": until, "login": facts})
    with _cache_needed():
        cache.set(_key(pending.pending_id), text, timeout=conf.PENDING_LOGIN_SECONDS)


def load(pending_id: str, *, binding: str) -> PendingLogin | None:
    """The pending login, if it exists and belongs to this browser. Raises Unavailable when the cache is away."""
    pending = _load(pending_id)
    if pending is None or pending.is_for_app or not secrets.compare_digest(pending.binding, binding):
        return None
    return pending


def load_for_app(pending_id: str) -> PendingLogin | None:
    """The pending login of an app. One that was begun in a browser does not exist here. Raises as `load`."""
    pending = _load(pending_id)
    return pending if pending and pending.is_for_app else None


def take(pending: PendingLogin) -> bool:
    """Finish it; True for exactly one caller, also when it was given up meanwhile. Raises Unavailable."""
    with _cache_needed():
        is_first = cache.add(f"{_key(pending.pending_id)}:finished", 1, timeout=conf.PENDING_LOGIN_SECONDS)
        cache.delete(_key(pending.pending_id))
    return bool(is_first)


def discard(pending_id: str) -> None:
    """Forget it: it was completed or given up. If the cache is away, it runs out by itself."""
    with suppress(RedisError, OSError):
        cache.delete(_key(pending_id))


def _load(pending_id: str) -> PendingLogin | None:
    with _cache_needed():
        text = cache.get(_key(pending_id))
    kept = json.loads(text) if text else {}
    login = kept.get("login", {})
    if login.get("version") != VERSION or kept["until"] <= time.time():
        return None
    return PendingLogin(**login, pending_id=pending_id)


@contextmanager
def _cache_needed() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(
            _("Signing in is not possible right now. Try again in a minute."),
            retry_after=RETRY_SECONDS,
            detail=type(error).__name__,
        ) from error


def _key(pending_id: str) -> str:
    # Hashed: the id of an app's login opens it, and whoever reads the cache learns none.
    return f"pending-login:{hashlib.sha256(pending_id.encode()).hexdigest()}"

"""The authorization request, validated before anybody is asked to log in, and kept on this side of the wire.

While a person signs up, signs in and consents, only a random id travels; it works in one browser only (A12).
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from django.core.cache import cache

from custom_scopes_and_policies_app.conf import conf

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that passed every check. Times are POSIX seconds.

    `granted` is what the person `answered_by` (a `sub`) allowed on the consent page of this very request.
    """

    request_id: str = ""
    binding: str = ""
    requested_at: float = 0.0
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    login_hint: str = ""
    ui_locales: tuple[str, ...] = ()
    hinted_sub: str = ""
    granted: Mapping[str, str] | None = None
    answered_by: str = ""
    is_account_selected: bool = False
    version: int = field(default=VERSION)

    @property
    def requested(self) -> datetime:
        return datetime.fromtimestamp(self.requested_at, tz=UTC)

    def answer_of(self, sub: str) -> Mapping[str, str] | None:
        """What this person allowed on the consent page; nobody else's answer counts for them."""
        return self.granted if self.answered_by == sub else None


def keep(request: AuthorizationRequest, *, binding: str) -> AuthorizationRequest:
    """Store a request for this browser; returns it with its id."""
    kept = replace(request, request_id=secrets.token_urlsafe(24), binding=binding)
    _write(kept)
    return kept


def answer(request: AuthorizationRequest, *, granted: Mapping[str, str], sub: str) -> None:
    """Note what the person allowed."""
    _note(request, {"granted": dict(granted), "answered_by": sub})


def select_account(request: AuthorizationRequest) -> AuthorizationRequest:
    """Note that the person chose to go on with the account that is signed in (`prompt=select_account`)."""
    _note(request, {"is_account_selected": True})
    return replace(request, is_account_selected=True)


def load(request_id: str, *, binding: str) -> AuthorizationRequest | None:
    """The stored request, if it exists and was made in this browser."""
    text = cache.get(_key(request_id)) if request_id else None
    if text is None:
        return None
    data = json.loads(text)
    if data.get("version") != VERSION or not secrets.compare_digest(data["binding"], binding):
        return None
    data |= json.loads(cache.get(_notes_key(request_id)) or "{}")
    for name in ("scopes", "prompts", "acr_values", "ui_locales"):
        data[name] = tuple(data[name])
    return AuthorizationRequest(**data)


def take(request: AuthorizationRequest) -> bool:
    """Use the request up. True for exactly one caller, so that a double submit gives one code."""
    if not request.request_id:
        return True
    cache.delete(_notes_key(request.request_id))
    return bool(cache.delete(_key(request.request_id)))


def _note(request: AuthorizationRequest, facts: dict[str, object]) -> None:
    """Kept beside the request and never over it: a request that was used up meanwhile must not come back."""
    cache.set(_notes_key(request.request_id), json.dumps(facts), conf.AUTHORIZATION_REQUEST_SECONDS)


def _write(request: AuthorizationRequest) -> None:
    cache.set(_key(request.request_id), json.dumps(asdict(request)), conf.AUTHORIZATION_REQUEST_SECONDS)


def _notes_key(request_id: str) -> str:
    return f"authorization-notes:{request_id}"


def _key(request_id: str) -> str:
    return f"authorization-request:{request_id}"

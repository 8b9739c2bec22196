"""Authorization requests that wait for a person: in the database, sealed, bound to one browser, answered once.

In the database and not in the cache, because a sign-in that is under way has to survive a cache that is emptied or
away (`docs/adr/0009-authorization-requests-in-the-database.md`).
"""

import json
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from core_app.keyring import SealBroken, seal, unseal
from custom_scopes_and_policies_app.authorization_request import VERSION, AuthorizationRequest
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import StoredRequest
from custom_scopes_and_policies_app.redirect_uris import origin_of

PURPOSE = "authorization-request"
ID_FORM = re.compile(r"[A-Za-z0-9_-]{32}")
# What stands in columns of its own, because it is written while the request waits.
NOTES = frozenset(
    {"request_id", "binding", "granted", "answered_by", "is_account_selected", "is_step_up_offered"}
)
MAX_ORIGINS = 5


def keep(request: AuthorizationRequest, *, binding: str) -> AuthorizationRequest:
    """Store a request for this browser; returns it with its id."""
    kept = replace(request, request_id=secrets.token_urlsafe(24), binding=binding)
    asked = {name: value for name, value in asdict(kept).items() if name not in NOTES}
    StoredRequest.objects.create(
        id=kept.request_id,
        binding=binding,
        origin=origin_of(kept.redirect_uri)[:300],
        sealed=seal(PURPOSE, json.dumps(asked).encode(), context=_context(kept.request_id, binding)),
        expires_at=timezone.now() + timedelta(seconds=conf.AUTHORIZATION_REQUEST_SECONDS),
    )
    return kept


def load(request_id: str, *, bindings: Collection[str]) -> AuthorizationRequest | None:
    """The stored request, if it waits still and was made in this browser."""
    if not ID_FORM.fullmatch(request_id):
        return None
    row = StoredRequest.objects.filter(
        pk=request_id, binding__in=bindings, expires_at__gt=timezone.now()
    ).first()
    return _opened(row) if row is not None else None


def answer(request: AuthorizationRequest, *, granted: Mapping[str, str], sub: str) -> None:
    """Note what the person allowed."""
    _note(request, granted=dict(granted), answered_by=sub)


def select_account(request: AuthorizationRequest) -> AuthorizationRequest:
    """Note that the person chose to go on with the account that is signed in (`prompt=select_account`)."""
    _note(request, is_account_selected=True)
    return replace(request, is_account_selected=True)


def offer_step_up(request: AuthorizationRequest) -> None:
    """Note that more proof was asked for, which the app would only have liked (`acr_values`)."""
    _note(request, is_step_up_offered=True)


def take(request: AuthorizationRequest) -> bool:
    """Use the request up. True for exactly one caller, so that a double submit gives one code."""
    if not request.request_id:
        return True
    removed, _by_model = StoredRequest.objects.filter(pk=request.request_id).delete()
    return bool(removed)


def origins_of(bindings: Collection[str]) -> list[str]:
    """Where the requests under way in this browser came from, as a content security policy says it."""
    waiting = StoredRequest.objects.filter(binding__in=bindings, expires_at__gt=timezone.now())
    newest = waiting.exclude(origin="").order_by("-expires_at").values_list("origin", flat=True)
    return sorted(set(newest[:MAX_ORIGINS]))


def _note(request: AuthorizationRequest, **facts: Any) -> None:
    """An UPDATE and no save: a request that was used up meanwhile must not come back."""
    StoredRequest.objects.filter(pk=request.request_id).update(**facts)


def _opened(row: StoredRequest) -> AuthorizationRequest | None:
    try:
        asked = json.loads(unseal(PURPOSE, row.sealed, context=_context(row.id, row.binding)))
    except SealBroken:
        return None
    if asked.get("version") != VERSION:
        return None
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()
    }
    return AuthorizationRequest(
        **values,
        request_id=row.id,
        binding=row.binding,
        granted=row.granted,
        answered_by=row.answered_by,
        is_account_selected=row.is_account_selected,
        is_step_up_offered=row.is_step_up_offered,
    )


def _context(request_id: str, binding: str) -> bytes:
    """What the seal belongs to: copied to another row or browser it does not open."""
    return f"{request_id}:{binding}".encode()

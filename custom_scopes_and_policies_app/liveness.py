"""Whether an access token may still be used: its signature says what it is, this says whether it is still so."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone

from custom_scopes_and_policies_app.models import RefreshToken, RevokedToken
from custom_scopes_and_policies_app.plan import family_of_jti
from custom_scopes_and_policies_app.token_store import family_key, token_key
from sessions_app.liveness import is_live


def is_token_live(claims: Mapping[str, Any]) -> bool:
    """Whether the family behind a verified token is alive. One cache read when warm, no SQL.

    A session that ends takes its families along in the same transaction, so that it need not be asked about.
    """
    jti = str(claims["jti"])
    family = family_of_jti(jti)
    if family is None:
        return is_live(token_key(jti), lambda: not RevokedToken.objects.filter(jti=jti).exists())
    return is_live(family_key(family), lambda: is_family_live(family))


def is_family_live(family: uuid.UUID) -> bool:
    """The database's answer: not revoked, person active, session not over, app enabled."""
    session_is_live = Q(session__isnull=True) | Q(
        session__ended_at__isnull=True, session__expires_at__gt=timezone.now()
    )
    return RefreshToken.objects.filter(
        session_is_live,
        pk=family,
        revoked_at__isnull=True,
        user__is_active=True,
        application__is_enabled=True,
    ).exists()

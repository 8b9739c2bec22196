"""Ending what was given: families, single tokens, and what a copy of a code or a refresh token betrays."""

import uuid
from datetime import datetime

from django.db import transaction

from core_app.caller import Caller
from custom_scopes_and_policies_app.models import (
    Application,
    DeviceAuthorization,
    Grant,
    RefreshToken,
    RevokedToken,
)
from custom_scopes_and_policies_app.signals import code_replayed, refresh_reused, token_revoked
from custom_scopes_and_policies_app.token_store.names import family_key, token_key
from sessions_app.ending import end_session
from sessions_app.liveness import forget_on_commit
from sessions_app.models import SsoSession


def revoke_family(
    *, family: RefreshToken, reason: str, client_id: str, caller: Caller | None, now: datetime
) -> bool:
    """End a family. True when this call ended it."""
    with transaction.atomic():
        revoked = RefreshToken.objects.filter(pk=family.pk, revoked_at__isnull=True).update(
            revoked_at=now, revoke_reason=reason
        )
        # Also when it had ended before: whoever ended it may have died before it could say so to the cache.
        forget_on_commit([family_key(family.pk)])
        if not revoked:
            return False
        token_revoked.emit(
            user_id=family.user_id,
            client_id=client_id,
            sid=family.session_id,
            family=family.pk,
            scopes=family.scope.split(),
            reason=reason,
            caller=caller,
        )
    return True


def punish_replay(
    *, grant: Grant | DeviceAuthorization, client: Application, caller: Caller, now: datetime
) -> None:
    """A used code came again: end what its first use gave (RFC 6749 §4.1.2), in a transaction of its own."""
    with transaction.atomic():
        family = RefreshToken.objects.filter(pk=grant.family).first() if grant.family else None
        if family is not None:
            revoke_family(
                family=family,
                reason=RefreshToken.RevokeReason.CODE_REPLAYED,
                client_id=client.client_id,
                caller=caller,
                now=now,
            )
        code_replayed.emit(
            user_id=grant.user_id,
            client_id=client.client_id,
            sid=grant.session_id,
            family=grant.family,
            outcome="refused",
            caller=caller,
        )


def punish_reuse(*, family: RefreshToken, client: Application, caller: Caller, now: datetime) -> None:
    """A superseded refresh token came again: somebody has a copy. Family and session end (RFC 9700 §4.14.2)."""
    with transaction.atomic():
        # The session's row first, as whoever signs out locks it: two orders would be a deadlock.
        lock_session(family.session_id)
        is_news = revoke_family(
            family=family,
            reason=RefreshToken.RevokeReason.REUSED,
            client_id=client.client_id,
            caller=caller,
            now=now,
        )
        if not is_news:
            return
        if family.session is not None:
            end_session(session=family.session, reason=SsoSession.EndReason.REFRESH_REUSED, caller=caller)
        refresh_reused.emit(
            user_id=family.user_id,
            client_id=client.client_id,
            sid=family.session_id,
            family=family.pk,
            outcome="refused",
            caller=caller,
        )


def lock_session(sid: uuid.UUID | None) -> None:
    """Hold a session's row until the transaction ends (no more than a read where the database has one writer)."""
    if sid is not None:
        list(SsoSession.objects.select_for_update().filter(pk=sid).values_list("pk"))


def revoke_single_token(*, jti: str, expires_at: datetime, client_id: str, caller: Caller | None) -> None:
    """End one access token that belongs to no family."""
    with transaction.atomic():
        _, is_news = RevokedToken.objects.get_or_create(jti=jti, defaults={"expires_at": expires_at})
        forget_on_commit([token_key(jti)])
        if is_news:
            token_revoked.emit(client_id=client_id, jti=jti, reason="client", caller=caller)

"""Codes and token families in the database: every race is decided by the row count of one conditional UPDATE.

oauthlib validates, saves and invalidates in three steps; between them a second request with the same code gets in.
Here the claim of the code (or of the refresh generation) is the first statement of the transaction that also writes
the family and the record, so that there is one winner on every database, and losers leave nothing behind.
"""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import connection, transaction
from django.db.models import F

from core_app.caller import Caller
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application, Grant, RefreshToken, RevokedToken
from custom_scopes_and_policies_app.plan import TokenPlan, Write
from custom_scopes_and_policies_app.signals import (
    code_replayed,
    refresh_reused,
    token_issued,
    token_refreshed,
    token_revoked,
)
from sessions_app.ending import end_session
from sessions_app.liveness import forget_on_commit
from sessions_app.models import SsoSession


class LostRace(Exception):
    """Another request has used the code or the refresh token first; nothing was written."""


def hash_code(code: str) -> str:
    """What is kept of an authorization code (A13): SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(b"authorization-code:" + code.encode()).hexdigest()


def new_code() -> str:
    """An authorization code: 256 random bits."""
    return secrets.token_urlsafe(32)


def family_key(family_id: uuid.UUID | str) -> str:
    """The cache key under which a family is remembered as alive."""
    return f"live:family:{family_id}"


def find_grant(code: str) -> Grant | None:
    """The row of a code with its person and session, in one statement."""
    return Grant.objects.select_related("user", "session").filter(code=hash_code(code)).first()


def find_family(family_id: uuid.UUID) -> RefreshToken | None:
    """A family with its person and session, in one statement."""
    return RefreshToken.objects.select_related("user", "session", "application").filter(pk=family_id).first()


def count_failure(grant: Grant) -> None:
    """A redemption failed after the code was found: the code is not used up, but not for ever either (B04)."""
    Grant.objects.filter(pk=grant.pk).update(failures=F("failures") + 1)


def write(plan: TokenPlan, *, caller: Caller, now: datetime) -> None:
    """Carry out a plan in one transaction: claim, family, record. Raises LostRace when the claim fails."""
    with transaction.atomic():
        if plan.write is Write.REDEEM_CODE:
            _redeem(plan, now)
            token_issued.emit(**_facts(plan), caller=caller)
        elif plan.write is Write.START_FAMILY:
            _start_family(plan)
            token_issued.emit(**_facts(plan), caller=caller)
        elif plan.write is Write.ROTATE:
            _rotate(plan, now)
            token_refreshed.emit(**_facts(plan), caller=caller)
        elif plan.write is Write.REPEAT:
            _confirm_repeat(plan, now)
            token_refreshed.emit(**_facts(plan), reason="repeated", caller=caller)
        else:
            token_issued.emit(**_facts(plan), caller=caller)


def _redeem(plan: TokenPlan, now: datetime) -> None:
    if plan.grant is None or plan.family is None:
        raise TypeError("a code redemption needs its grant and its family")
    if connection.vendor == "mysql":
        # There a row that points at the session asks for the session's lock: after the code's row that would be the
        # other order than signing out has, a deadlock. Elsewhere it would be a statement for nothing.
        lock_session(plan.family.session_id)
    claimed = Grant.objects.filter(
        pk=plan.grant.pk, consumed_at__isnull=True, failures__lt=conf.AUTHORIZATION_CODE_FAILURES
    ).update(consumed_at=now, family=plan.family.pk)
    if not claimed:
        raise LostRace
    plan.family.save(force_insert=True)


def _start_family(plan: TokenPlan) -> None:
    """Nothing to claim: the sign-in itself is the authorization, and happens in the same transaction."""
    if plan.family is None:
        raise TypeError("a first-party sign-in needs its family")
    plan.family.save(force_insert=True)


def _rotate(plan: TokenPlan, now: datetime) -> None:
    """One UPDATE decides. A loser within the grace gets the winner's successor, which is the same text (§4.3)."""
    if plan.family is None:
        raise TypeError("a rotation needs its family")
    idle = plan.client.refresh_token_idle or conf.REFRESH_TOKEN_IDLE_SECONDS
    rotated = RefreshToken.objects.filter(
        pk=plan.family.pk, generation=plan.family.generation - 1, revoked_at__isnull=True
    ).update(generation=plan.family.generation, rotated_at=now, idle_expires_at=now + timedelta(seconds=idle))
    if not rotated:
        _confirm_repeat(plan, now)


def _confirm_repeat(plan: TokenPlan, now: datetime) -> None:
    """Whether the successor may be handed out again: still unused, still alive, still within the grace."""
    if plan.family is None or plan.client.strict_refresh:
        raise LostRace
    may_repeat = RefreshToken.objects.filter(
        pk=plan.family.pk,
        generation=plan.family.generation,
        revoked_at__isnull=True,
        rotated_at__gte=now - timedelta(seconds=conf.REFRESH_REPEAT_SECONDS),
    ).exists()
    if not may_repeat:
        raise LostRace


def revoke_family(
    *, family: RefreshToken, reason: str, client_id: str, caller: Caller | None, now: datetime
) -> bool:
    """End a family. True when this call ended it."""
    with transaction.atomic():
        revoked = RefreshToken.objects.filter(pk=family.pk, revoked_at__isnull=True).update(
            revoked_at=now, revoke_reason=reason
        )
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
        forget_on_commit([family_key(family.pk)])
    return True


def punish_replay(*, grant: Grant, client: Application, caller: Caller, now: datetime) -> None:
    """A used code came again: end what its first use gave (RFC 6749 §4.1.2), in a transaction of its own."""
    with transaction.atomic():
        family = find_family(grant.family) if grant.family else None
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
        if is_news:
            token_revoked.emit(client_id=client_id, jti=jti, reason="client", caller=caller)
            forget_on_commit([token_key(jti)])


def token_key(jti: str) -> str:
    """The cache key under which a token without a family is remembered as alive."""
    return f"live:token:{jti}"


class _Facts(TypedDict):
    user_id: int | None
    client_id: str
    sid: uuid.UUID | None
    jti: str
    family: uuid.UUID | None
    grant_type: str
    scopes: tuple[str, ...]
    policies: dict[str, str]


def _facts(plan: TokenPlan) -> _Facts:
    """What the record keeps of an issued token: ids, never the token."""
    return _Facts(
        user_id=plan.user.pk if plan.user else None,
        client_id=plan.client.client_id,
        sid=plan.sid,
        jti=plan.jti,
        family=plan.family.pk if plan.family else None,
        grant_type=plan.grant_type,
        scopes=plan.scopes,
        policies=plan.policies,
    )

"""The engine for PostgreSQL: one prepared statement reads, one writes claim, family and record together (design §7)."""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from accounts_app.models import User
from core_app.inserts import Insert
from core_app.together import NO_CLAIM, Unclaimed, prepared, written_together
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import (
    Application,
    Consent,
    DeviceAuthorization,
    Grant,
    RefreshToken,
    StoredRequest,
)
from custom_scopes_and_policies_app.plan import TokenPlan, Write
from custom_scopes_and_policies_app.token_store.claims import (
    NEW_FAMILIES,
    family_of,
    idle_end,
    repeatable_since,
)
from custom_scopes_and_policies_app.token_store.engine import LostRace
from custom_scopes_and_policies_app.token_store.names import hash_code
from custom_scopes_and_policies_app.token_store.rows import Columns, Joined
from sessions_app.models import SsoSession

State = DeviceAuthorization.State

# ruff: noqa: S608 - the names of tables and columns are ours, what comes from outside is a parameter
GRANTS, FAMILIES, REQUESTS = (model._meta.db_table for model in (Grant, RefreshToken, StoredRequest))
DEVICES, PEOPLE, SESSIONS = (model._meta.db_table for model in (DeviceAuthorization, User, SsoSession))
APPS, CONSENTS = Application._meta.db_table, Consent._meta.db_table

# No more of a person and a session than the gate and the tokens ask for.
PERSON = Columns(
    User, "person", only=["id", "sub", "phone", "is_active", "must_change_password", "deactivated_at"]
)
SESSION = Columns(SsoSession, "session", only=["sid", "user_id", "expires_at", "ended_at"])
APP = Columns(Application, "app", only=["id", "client_id"])
GRANT = Joined(Columns(Grant, "it", without=["created", "updated"]), user=PERSON, session=SESSION)
FAMILY = Joined(
    Columns(RefreshToken, "it", without=["revoke_reason"]), user=PERSON, session=SESSION, application=APP
)

# LATERAL with a LIMIT is looked up row by row, whatever the planner thinks of tables that are still small.
WITH_PERSON = f"""
JOIN LATERAL (SELECT * FROM {PEOPLE} WHERE id = it.user_id LIMIT 1) person ON true
LEFT JOIN LATERAL (SELECT * FROM {SESSIONS} WHERE sid = it.sid LIMIT 1) session ON true"""
FIND_GRANT = f"""
SELECT {GRANT.sql},
  (SELECT consent.scopes FROM {CONSENTS} consent WHERE consent.user_id = it.user_id
   AND consent.application_id = it.application_id AND consent.withdrawn_at IS NULL LIMIT 1)
FROM {GRANTS} it {WITH_PERSON}
WHERE it.code = %s"""
FIND_FAMILY = f"""
SELECT {FAMILY.sql}
FROM {FAMILIES} it {WITH_PERSON}
JOIN LATERAL (SELECT * FROM {APPS} WHERE id = it.application_id LIMIT 1) app ON true
WHERE it.id = %s::uuid"""

CLAIM_CODE = f"""UPDATE {GRANTS} SET consumed_at = %s::timestamptz, family = %s::uuid
WHERE id = %s::bigint AND consumed_at IS NULL AND failures < %s::integer RETURNING 1"""
CLAIM_DEVICE = f"""UPDATE {DEVICES} SET state = %s, last_polled_at = %s::timestamptz, family = %s::uuid
WHERE id = %s AND state = %s RETURNING 1"""
CLAIM_GENERATION = f"""UPDATE {FAMILIES}
SET generation = %s::integer, rotated_at = %s::timestamptz, idle_expires_at = %s::timestamptz
WHERE id = %s::uuid AND generation = %s::integer AND revoked_at IS NULL RETURNING 1"""
# The successor may be handed out again: still unused, still alive, still within the grace.
CLAIM_REPETITION = f"""SELECT 1 FROM {FAMILIES}
WHERE id = %s::uuid AND generation = %s::integer AND revoked_at IS NULL AND rotated_at >= %s::timestamptz"""
CLAIM_REQUEST = f"DELETE FROM {REQUESTS} WHERE id = %s RETURNING 1"

NEW_GRANT, NEW_FAMILY = Insert(Grant), Insert(RefreshToken)
Claim = tuple[str, Sequence[Any]]


class PostgresqlEngine:
    """See `engine.Engine`. LostRace is raised when the write ends, or when a receiver reads before."""

    def find_grant(self, code: str) -> Grant | None:
        row = prepared(FIND_GRANT, [hash_code(code)])
        if row is None:
            return None
        grant = GRANT.read(row)
        consented = row[-1]
        grant.in_force = None if consented is None else json.loads(consented)  # type: ignore[attr-defined]
        return grant

    def find_family(self, family_id: uuid.UUID) -> RefreshToken | None:
        row = prepared(FIND_FAMILY, [family_id])
        return FAMILY.read(row) if row is not None else None

    @contextmanager
    def code(self, grant: Grant, *, request_id: str) -> Iterator[None]:
        claim: Claim = (CLAIM_REQUEST, [request_id]) if request_id else (NO_CLAIM, [])
        try:
            with written_together(*claim) as writes:
                writes.add(NEW_GRANT, grant)
                yield
        except Unclaimed as error:
            raise LostRace from error

    @contextmanager
    def tokens(self, plan: TokenPlan, write: Write, *, now: datetime) -> Iterator[None]:
        try:
            with written_together(*_claim(plan, write, now)) as writes:
                if write in NEW_FAMILIES:
                    writes.add(NEW_FAMILY, family_of(plan))
                yield
        except Unclaimed as error:
            raise LostRace from error


def _claim(plan: TokenPlan, write: Write, now: datetime) -> Claim:
    """What uses up what the tokens come from: it holds for exactly one request."""
    if write is Write.REDEEM_CODE:
        return _claim_code(plan, now)
    if write is Write.REDEEM_DEVICE:
        return _claim_device(plan, now)
    if write is Write.ROTATE:
        family = family_of(plan)
        moved = [family.generation, now, idle_end(plan, now)]
        return CLAIM_GENERATION, [*moved, family.pk, family.generation - 1]
    if write is Write.REPEAT:
        family = family_of(plan)
        return CLAIM_REPETITION, [family.pk, family.generation, repeatable_since(plan, now)]
    # A sign-in is the authorization itself, and happens in the same transaction; an app itself has nothing to use up.
    return NO_CLAIM, []


def _claim_code(plan: TokenPlan, now: datetime) -> Claim:
    if plan.grant is None:
        raise TypeError("a redemption needs its code")
    return CLAIM_CODE, [now, family_of(plan).pk, plan.grant.pk, conf.AUTHORIZATION_CODE_FAILURES]


def _claim_device(plan: TokenPlan, now: datetime) -> Claim:
    if plan.device is None:
        raise TypeError("a redemption needs its device")
    redeemed, approved = str(State.REDEEMED), str(State.APPROVED)
    return CLAIM_DEVICE, [redeemed, now, family_of(plan).pk, plan.device.pk, approved]

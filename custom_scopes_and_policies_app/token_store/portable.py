"""The engine for every database: Django's ORM, one statement after the other in a transaction."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.coverage import consented_scopes
from custom_scopes_and_policies_app.models import DeviceAuthorization, Grant, RefreshToken, StoredRequest
from custom_scopes_and_policies_app.plan import TokenPlan, Write
from custom_scopes_and_policies_app.token_store.claims import (
    NEW_FAMILIES,
    REDEMPTIONS,
    family_of,
    idle_end,
    repeatable_since,
)
from custom_scopes_and_policies_app.token_store.engine import LostRace
from custom_scopes_and_policies_app.token_store.names import hash_code
from custom_scopes_and_policies_app.token_store.revoking import lock_session

State = DeviceAuthorization.State


class PortableEngine:
    """See `engine.Engine`."""

    def find_grant(self, code: str) -> Grant | None:
        codes = Grant.objects.select_related("user", "session").annotate(in_force=consented_scopes())
        return codes.filter(code=hash_code(code)).first()

    def find_family(self, family_id: uuid.UUID) -> RefreshToken | None:
        return (
            RefreshToken.objects.select_related("user", "session", "application").filter(pk=family_id).first()
        )

    @contextmanager
    def code(self, grant: Grant, *, request_id: str) -> Iterator[None]:
        with transaction.atomic():
            if request_id and not StoredRequest.objects.filter(pk=request_id).delete()[0]:
                raise LostRace
            grant.save(force_insert=True)
            yield
            _refuse_undone()

    @contextmanager
    def tokens(self, plan: TokenPlan, write: Write, *, now: datetime) -> Iterator[None]:
        with transaction.atomic():
            if not _claim(plan, write, now):
                raise LostRace
            if write in NEW_FAMILIES:
                family_of(plan).save(force_insert=True)
            yield
            _refuse_undone()


def _refuse_undone() -> None:
    """A transaction that a receiver marked for rollback leaves nothing behind: nothing may be handed out for it."""
    if connection.needs_rollback:
        raise transaction.TransactionManagementError("A receiver undid the transaction.")


def _claim(plan: TokenPlan, write: Write, now: datetime) -> bool:
    """Use up what the tokens come from. True for exactly one request, False for every other."""
    if write in REDEMPTIONS and connection.vendor == "mysql":
        # There a row that points at the session asks for the session's lock: after the code's row that would be the
        # other order than signing out has, a deadlock. Elsewhere it would be a statement for nothing.
        lock_session(family_of(plan).session_id)
    if write is Write.REDEEM_CODE:
        return _claim_code(plan, now)
    if write is Write.REDEEM_DEVICE:
        return _claim_device(plan, now)
    if write is Write.ROTATE:
        return _claim_generation(plan, now)
    # A sign-in is the authorization itself, and happens in the same transaction; an app itself has nothing to use up.
    return write is not Write.REPEAT or _may_repeat(plan, now)


def _claim_code(plan: TokenPlan, now: datetime) -> bool:
    if plan.grant is None:
        raise TypeError("a redemption needs its code")
    code = Grant.objects.filter(
        pk=plan.grant.pk, consumed_at__isnull=True, failures__lt=conf.AUTHORIZATION_CODE_FAILURES
    )
    return bool(code.update(consumed_at=now, family=family_of(plan).pk))


def _claim_device(plan: TokenPlan, now: datetime) -> bool:
    if plan.device is None:
        raise TypeError("a redemption needs its device")
    device = DeviceAuthorization.objects.filter(pk=plan.device.pk, state=State.APPROVED)
    return bool(device.update(state=State.REDEEMED, family=family_of(plan).pk, last_polled_at=now))


def _claim_generation(plan: TokenPlan, now: datetime) -> bool:
    family = family_of(plan)
    present = RefreshToken.objects.filter(
        pk=family.pk, generation=family.generation - 1, revoked_at__isnull=True
    )
    return bool(
        present.update(generation=family.generation, rotated_at=now, idle_expires_at=idle_end(plan, now))
    )


def _may_repeat(plan: TokenPlan, now: datetime) -> bool:
    """Whether the successor may be handed out again: still unused, still alive, still within the grace."""
    family = family_of(plan)
    return RefreshToken.objects.filter(
        pk=family.pk,
        generation=family.generation,
        revoked_at__isnull=True,
        rotated_at__gte=repeatable_since(plan, now),
    ).exists()

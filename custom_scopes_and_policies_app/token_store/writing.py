"""Writing codes and tokens: the change and its row of the record, in one transaction, or neither."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from django.db.models import F

from core_app.caller import Caller
from core_app.transactions import run_again_after_conflict
from custom_scopes_and_policies_app.models import Grant
from custom_scopes_and_policies_app.plan import TokenPlan, Write
from custom_scopes_and_policies_app.signals import token_issued, token_refreshed
from custom_scopes_and_policies_app.token_store.choice import engine
from custom_scopes_and_policies_app.token_store.engine import LostRace

# Why there is a row though the family did not move: the same successor was handed out again.
REPEATED = "repeated"


def count_failure(grant: Grant) -> None:
    """A redemption failed after the code was found: the code is not used up, but not for ever either (B04)."""
    Grant.objects.filter(pk=grant.pk).update(failures=F("failures") + 1)


def store_code(grant: Grant, *, request_id: str, announce: Callable[[], None]) -> None:
    """Write a new code and use up the stored request it answers; `announce` emits the event, in the transaction.

    Raises LostRace when another caller was faster with the same stored request; nothing was written.
    """

    def once() -> None:
        with engine().code(grant, request_id=request_id):
            announce()

    run_again_after_conflict(once)


def write(plan: TokenPlan, *, caller: Caller, now: datetime) -> None:
    """Carry out a plan in one transaction: claim, family, record. Raises LostRace when the claim fails."""
    try:
        _carry_out(plan, plan.write, caller=caller, now=now)
    except LostRace:
        if plan.write is not Write.ROTATE or plan.client.strict_refresh:
            raise
        # A loser within the grace gets the winner's successor, which is the same text (security §4.3).
        _carry_out(plan, Write.REPEAT, caller=caller, now=now)


def _carry_out(plan: TokenPlan, write: Write, *, caller: Caller, now: datetime) -> None:
    def once() -> None:
        with engine().tokens(plan, write, now=now):
            if write in {Write.ROTATE, Write.REPEAT}:
                reason = REPEATED if write is Write.REPEAT else ""
                token_refreshed.emit(**_facts(plan), reason=reason, caller=caller)
            else:
                token_issued.emit(**_facts(plan), caller=caller)

    run_again_after_conflict(once)


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

"""What both engines have to know to claim: which code, which family, until when."""

from datetime import datetime, timedelta

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import RefreshToken
from custom_scopes_and_policies_app.plan import TokenPlan, Write
from custom_scopes_and_policies_app.token_store.engine import LostRace

REDEMPTIONS = frozenset({Write.REDEEM_CODE, Write.REDEEM_DEVICE})
NEW_FAMILIES = REDEMPTIONS | {Write.START_FAMILY}


def family_of(plan: TokenPlan) -> RefreshToken:
    """The family of a plan that has one. Raises TypeError."""
    if plan.family is None:
        raise TypeError(f"{plan.write} needs its family")
    return plan.family


def idle_end(plan: TokenPlan, now: datetime) -> datetime:
    """When the family ends if it is not refreshed until then."""
    return now + timedelta(seconds=plan.client.refresh_token_idle or conf.REFRESH_TOKEN_IDLE_SECONDS)


def repeatable_since(plan: TokenPlan, now: datetime) -> datetime:
    """How old the last rotation may be, whose successor is handed out again. Raises LostRace where none is."""
    if plan.client.strict_refresh:
        raise LostRace
    return now - timedelta(seconds=conf.REFRESH_REPEAT_SECONDS)

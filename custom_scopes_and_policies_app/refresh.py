"""What a presented refresh token is worth: the next one, the same one again, or the end of its family.

The decision comes from one read; the claim in `token_store` then decides races by its row count (security §4.3).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.endpoints.call import Call
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.models import Application, RefreshToken
from custom_scopes_and_policies_app.plan import TokenPlan, Write, plan_refresh
from custom_scopes_and_policies_app.redemption import refused
from custom_scopes_and_policies_app.scopes import still_allowed
from custom_scopes_and_policies_app.token_store import find_family, punish_reuse
from jwt_app import refresh_tokens
from jwt_app.signing import InvalidToken


@dataclass(frozen=True, slots=True)
class Presented:
    """A good refresh token: its family, its client, and whether it is exchanged or repeated.

    `scopes` are what this refresh may give: the family's, without those an operator took from the app since.
    """

    family: RefreshToken
    client: Application
    write: Write
    scopes: list[str]

    def plan(self, *, scopes: tuple[str, ...], client: Application, now: datetime) -> TokenPlan:
        """What to issue. A rotation hands out the next generation, a repetition the present one."""
        if self.write is Write.ROTATE:
            self.family.generation += 1
        return plan_refresh(family=self.family, scopes=scopes, write=self.write, client=client, now=now)


def present(*, text: str, client: Application, call: Call) -> Presented:
    """Judge a presented text. Raises InvalidGrantError with the rule in `reason`.

    A genuine but superseded token proves that two parties hold the family: it ends, with its session.
    """
    token = _parse(text)
    family = find_family(token.family)
    if family is None or not refresh_tokens.is_genuine(token, seed=bytes(family.seed)):
        raise refused("refresh_token_unknown")
    # RFC 9700 §4.14.2: bound to its client. Another client learns nothing and changes nothing (C07).
    if family.application_id != client.pk:
        raise refused("refresh_token_of_another_client")
    if family.revoked_at is not None or not family.has_refresh_token:
        raise refused("family_revoked")
    now = call.now
    write = _judge_generation(token.generation, family, client, call)
    if write is None:
        punish_reuse(family=family, client=client, caller=call.caller, now=now)
        raise refused("refresh_token_reused")
    _check_lifetimes(family, now)
    left = still_allowed(family.granted, client)
    if family.scope and not left:
        raise refused("scope_not_allowed")
    decision = account_may_receive_tokens(
        user=family.user, session=family.session, client=client, granted=left, acr=family.acr
    )
    if not decision.is_open:
        raise refused(decision.reason)
    return Presented(family, client, write, scopes=list(left))


def _parse(text: str) -> refresh_tokens.PresentedRefreshToken:
    try:
        return refresh_tokens.parse(text)
    except InvalidToken as error:
        raise refused("refresh_token_malformed") from error


def _judge_generation(generation: int, family: RefreshToken, client: Application, call: Call) -> Write | None:
    """ROTATE for the present generation, REPEAT for its predecessor within the grace, None for proven reuse."""
    if generation == family.generation:
        return Write.ROTATE
    if generation > family.generation:
        # Genuine, yet from a future this database does not know: it was restored from a backup.
        raise refused("refresh_token_ahead")
    if family.rotated_at is None:
        return None
    if call.received_at <= family.rotated_at:
        # Under way before the last rotation: it has merely lost a race.
        return _repeat_or_lost(generation, family, client)
    grace = timedelta(seconds=conf.REFRESH_REPEAT_SECONDS)
    is_in_grace = grace > timedelta() and call.now - family.rotated_at <= grace
    is_predecessor = generation == family.generation - 1
    return Write.REPEAT if is_predecessor and is_in_grace and not client.strict_refresh else None


def _repeat_or_lost(generation: int, family: RefreshToken, client: Application) -> Write:
    if generation == family.generation - 1 and not client.strict_refresh and conf.REFRESH_REPEAT_SECONDS:
        return Write.REPEAT
    raise refused("lost_race")


def _check_lifetimes(family: RefreshToken, now: datetime) -> None:
    if family.expires_at <= now:
        raise refused("refresh_token_expired")
    if family.idle_expires_at is not None and family.idle_expires_at <= now:
        raise refused("refresh_token_idle")

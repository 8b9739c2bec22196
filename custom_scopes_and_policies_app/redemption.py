"""Which code may be redeemed, by whom, and what happens when one comes twice."""

from custom_scopes_and_policies_app.bursts import is_straggler
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.coverage import is_still_given
from custom_scopes_and_policies_app.dot.protocol import oauth_errors
from custom_scopes_and_policies_app.endpoints.call import Call
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.models import Application, Grant
from custom_scopes_and_policies_app.token_store import find_grant, punish_replay


def find_redeemable_grant(*, code: str, client: Application, call: Call) -> Grant:
    """The grant of a code that this client may redeem now.

    Raises InvalidGrantError with the rule in `reason`; a replay also ends what the first use gave.
    """
    grant = find_grant(code)
    if grant is None or grant.application_id != client.pk:
        raise refused("code_unknown")
    if grant.consumed_at is not None:
        # A request that was already under way when the code was used is a double submit, and merely loses the
        # race. One that arrives afterwards is a replay (RFC 6749 §4.1.2, RFC 9700 §4.5).
        is_late = is_straggler(grant.code, used_at=grant.consumed_at, now=call.now)
        if call.received_at > grant.consumed_at and not is_late:
            punish_replay(grant=grant, client=client, caller=call.caller, now=call.now)
            raise refused("code_replayed")
        raise refused("lost_race")
    if grant.expires <= call.now:
        raise refused("code_expired")
    if grant.failures >= conf.AUTHORIZATION_CODE_FAILURES:
        raise refused("code_failed_too_often")
    decision = account_may_receive_tokens(
        user=grant.user, session=grant.session, client=client, granted=grant.granted, acr=grant.acr
    )
    if not decision.is_open:
        raise refused(decision.reason)
    if not is_still_given(granted=grant.granted, client=client, consented=grant.consented):
        raise refused("consent_withdrawn")
    return grant


def refused(reason: str) -> Exception:
    """`invalid_grant` for the app; the rule's name for the operator."""
    error: Exception = oauth_errors.InvalidGrantError("The code or token is invalid, expired or was used.")
    error.reason = reason  # type: ignore[attr-defined]
    return error

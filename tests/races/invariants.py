"""What must be true of the database after any race or fault (design §4), read from outside the server."""

import json

from scripts.live_server import LiveServer

SCRIPT = """
import json
from custom_scopes_and_policies_app.models import DeviceAuthorization, Grant, RefreshToken
from obligations_app.models import OAuthTokenLog
live = RefreshToken.objects.filter(revoked_at__isnull=True)
codes = Grant.objects.filter(consumed_at__isnull=False)
devices = DeviceAuthorization.objects.filter(state="redeemed")
consumed = [*codes, *devices]
grant_types = ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"]
families = set(RefreshToken.objects.values_list("pk", flat=True))
print(json.dumps({
    "live_families": live.count(),
    "families": len(families),
    "consumed_codes": len(consumed),
    "consumed_codes_without_family": sum(code.family not in families for code in consumed),
    "live_families_of_ended_sessions": live.filter(session__ended_at__isnull=False).count(),
    "issued_rows": OAuthTokenLog.objects.filter(event="token.issued", grant_type__in=grant_types).count(),
    "replays": OAuthTokenLog.objects.filter(event="code.replayed").count(),
    "most_generations": max(live.values_list("generation", flat=True), default=0),
}))
"""

PHONE_SCRIPT = """
import json
from limits_app.models import FailureCount
from limits_app.conf import conf
from messaging_app.models import OutboundMessage
from otp_app.conf import conf as otp
from otp_app.models import OtpChallenge
from accounts_app.models import User
print(json.dumps({
    "most_tries": max(OtpChallenge.objects.values_list("attempts", flat=True), default=0),
    "tries_allowed": otp.OTP_MAX_ATTEMPTS,
    "most_failures": max(FailureCount.objects.values_list("failures", flat=True), default=0),
    "failures_allowed": conf.FAILURE_LIMIT,
    "people": User.objects.count(),
    "messages": OutboundMessage.objects.count(),
}))
"""


def read_invariants(server: LiveServer, script: str = SCRIPT) -> dict[str, int]:
    output = server.manage("shell", "-v", "0", "-c", script)
    return dict(json.loads(output.strip().splitlines()[-1]))


def assert_limits(server: LiveServer) -> None:
    """No code was tried, and no account or address failed, more often than it may."""
    facts = read_invariants(server, PHONE_SCRIPT)
    assert facts["most_tries"] <= facts["tries_allowed"]
    assert facts["most_failures"] <= facts["failures_allowed"]


def assert_families(before: dict[str, int], after: dict[str, int], *, codes: int, callers: int) -> None:
    """Each code gave one family that lives.

    Two requests that are sent at once need not meet in a busy server. The second is a replay then, and rightly ends
    what the first was given; in a crowd some meet, and make it known as one.
    """
    replays = after["replays"] - before["replays"]
    assert not replays or callers == 2
    assert after["live_families"] == before["live_families"] + codes - replays


def assert_invariants(facts: dict[str, int]) -> None:
    """True after every race: no code without its family, no token without its record or its session."""
    assert facts["consumed_codes_without_family"] == 0
    assert facts["consumed_codes"] == facts["families"] == facts["issued_rows"]
    assert facts["live_families_of_ended_sessions"] == 0

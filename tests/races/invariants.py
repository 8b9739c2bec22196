"""What must be true of the database after any race or fault (design §4), read from outside the server."""

import json

from scripts.live_server import LiveServer

SCRIPT = """
import json
from custom_scopes_and_policies_app.models import Grant, RefreshToken
from obligations_app.models import OAuthTokenLog
live = RefreshToken.objects.filter(revoked_at__isnull=True)
consumed = Grant.objects.filter(consumed_at__isnull=False)
families = set(RefreshToken.objects.values_list("pk", flat=True))
print(json.dumps({
    "live_families": live.count(),
    "families": len(families),
    "consumed_codes": consumed.count(),
    "consumed_codes_without_family": sum(grant.family not in families for grant in consumed),
    "live_families_of_ended_sessions": live.filter(session__ended_at__isnull=False).count(),
    "issued_rows": OAuthTokenLog.objects.filter(event="token.issued", grant_type="authorization_code").count(),
    "most_generations": max(live.values_list("generation", flat=True), default=0),
}))
"""


def read_invariants(server: LiveServer) -> dict[str, int]:
    output = server.manage("shell", "-v", "0", "-c", SCRIPT)
    return dict(json.loads(output.strip().splitlines()[-1]))


def assert_invariants(facts: dict[str, int]) -> None:
    """True after every race: no code without its family, no token without its record or its session."""
    assert facts["consumed_codes_without_family"] == 0
    assert facts["consumed_codes"] == facts["families"] == facts["issued_rows"]
    assert facts["live_families_of_ended_sessions"] == 0

"""What of this room says nothing any more: requests nobody came back to, codes and families that are over, old news."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core_app.cleanup import OldRows
from custom_scopes_and_policies_app.models import (
    DeviceAuthorization,
    Grant,
    LogoutNotice,
    RefreshToken,
    RevokedToken,
    StoredRequest,
)

# A code or a device code that comes again is recognised, and ends what its first use gave, for so long after its end.
REPLAYS_KNOWN = timedelta(days=1)
# Longer than any access token lives: introspection asks for the family of one (`plan.family_of_jti`).
FAMILIES_KEPT = timedelta(days=7)
NEWS_KEPT = timedelta(days=30)


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`."""
    over = [LogoutNotice.State.DELIVERED, LogoutNotice.State.FAILED]
    return [
        OldRows(
            "authorization requests", StoredRequest.objects.filter(expires_at__lte=now).order_by("expires_at")
        ),
        OldRows("codes", Grant.objects.filter(expires__lte=now - REPLAYS_KNOWN).order_by("expires")),
        OldRows(
            "device codes",
            DeviceAuthorization.objects.filter(expires_at__lte=now - REPLAYS_KNOWN).order_by("expires_at"),
        ),
        OldRows(
            "token families",
            RefreshToken.objects.filter(expires_at__lte=now - FAMILIES_KEPT).order_by("expires_at"),
        ),
        OldRows("revoked tokens", RevokedToken.objects.filter(expires_at__lte=now).order_by("expires_at")),
        OldRows(
            "logout notices",
            # Their keys grow with time.
            LogoutNotice.objects.filter(state__in=over, created_at__lte=now - NEWS_KEPT).order_by("pk"),
        ),
    ]

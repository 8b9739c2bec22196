"""What of this room says nothing any more: challenges that were never answered, apps that were never set up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core_app.cleanup import OldRows
from mfa_app.conf import conf
from mfa_app.models import PasskeyChallenge, TotpFactor


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`."""
    since = now - timedelta(seconds=conf.MFA_SETUP_SECONDS)
    begun = TotpFactor.objects.filter(confirmed_at__isnull=True, created_at__lte=since)
    return [
        OldRows(
            "mfa.challenges", PasskeyChallenge.objects.filter(expires_at__lte=now).order_by("expires_at")
        ),
        OldRows("mfa.unfinished_apps", begun.order_by("created_at")),
    ]

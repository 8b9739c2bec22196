"""What of this room says nothing any more: sign-ins long over, and the Django sessions behind them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from core_app.cleanup import OldRows
from sessions_app.models import SsoSession

# People look back at where they were signed in; the record keeps it for longer.
KEPT = timedelta(days=30)


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`."""
    return [
        OldRows("sessions", SsoSession.objects.filter(expires_at__lte=now - KEPT).order_by("expires_at")),
        OldRows("browser sessions", Session.objects.filter(expire_date__lte=now).order_by("expire_date")),
    ]

"""How sign-ins are found."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from sessions_app.conf import conf
from sessions_app.models import SsoSession


def live_sessions(*, user_id: int) -> QuerySet[SsoSession]:
    """A person's sign-ins that still count, with their devices, the one used last first."""
    now = timezone.now()
    return (
        SsoSession.objects.select_related("device")
        .filter(
            user_id=user_id,
            ended_at__isnull=True,
            expires_at__gt=now,
            last_seen_at__gt=now - timedelta(seconds=conf.SSO_SESSION_IDLE_SECONDS),
        )
        .order_by("-last_seen_at", "-created_at")
    )

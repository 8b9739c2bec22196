"""How what the desk gave is found."""

from django.db.models import QuerySet
from django.utils import timezone

from custom_scopes_and_policies_app.models import RefreshToken
from sessions_app.models import SsoSession
from sessions_app.selectors import live_sessions


def sessions_in_use(*, user_id: int) -> QuerySet[SsoSession]:
    """A person's sign-ins that still count, the one used last first: in the browser, or by tokens alone.

    An app that only refreshes never shows its sign-in to us; unused as it seems, it can still be ended.
    """
    now = timezone.now()
    families = RefreshToken.objects.filter(
        user_id=user_id,
        session__isnull=False,
        revoked_at__isnull=True,
        expires_at__gt=now,
        application__is_enabled=True,
    ).exclude(idle_expires_at__lte=now)
    return live_sessions(user_id=user_id, also=families.values("session_id"))

"""How sign-ins are found."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from sessions_app.lifetimes import is_in_time
from sessions_app.models import Device, SsoSession

# More than anybody has. A script that signs in with a new device each time must not make an answer without end.
MOST_DEVICES = 100
Sids = Collection[uuid.UUID] | QuerySet[Any, Any]


def live_sessions(*, user_id: int, also: Sids = ()) -> QuerySet[SsoSession]:
    """A person's sign-ins that still count, with their devices, the one used last first.

    Those of the sids in `also` may have been unused for long; they are kept in use by something else.
    """
    now = timezone.now()
    return (
        SsoSession.objects.select_related("device")
        .filter(is_in_time(now) | Q(pk__in=also), expires_at__gt=now, user_id=user_id, ended_at__isnull=True)
        .order_by("-last_seen_at", "-created_at")
    )


def devices_of(*, user_id: int) -> QuerySet[Device]:
    """The devices that a person has signed in on, the one used last first: the newest `MOST_DEVICES`."""
    return Device.objects.filter(user_id=user_id).order_by("-last_seen_at", "-id")[:MOST_DEVICES]


def alive_now(now: datetime) -> QuerySet[SsoSession]:
    """Everybody's sign-ins that count, in no order: to be counted."""
    return SsoSession.objects.filter(is_in_time(now), ended_at__isnull=True).order_by()

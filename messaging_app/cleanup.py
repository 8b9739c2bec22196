"""What of this room says nothing any more: messages whose sending is settled for long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core_app.cleanup import OldRows
from messaging_app.conf import conf
from messaging_app.models import OutboundMessage

Status = OutboundMessage.Status


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`. What still waits to be sent stays, however old it is."""
    written_before = now - timedelta(days=conf.MESSAGING_KEEP_DAYS)
    settled = OutboundMessage.objects.filter(created_at__lt=written_before).exclude(
        status__in=[Status.QUEUED, Status.SENDING]
    )
    return [OldRows("messages", settled.order_by("created_at"))]

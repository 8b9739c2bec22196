"""Which hourly figures say nothing any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core_app.cleanup import OldRows
from obligations_app.rollup_conf import conf
from obligations_app.rollup_models import EventCount, SmsCount


def old_rollups(now: datetime) -> Sequence[OldRows]:
    """Figures of the hours that are older than `ROLLUP_KEEP_DAYS`."""
    before = now - timedelta(days=conf.ROLLUP_KEEP_DAYS)
    return [
        OldRows("hourly events", EventCount.objects.filter(hour__lt=before).order_by("hour")),
        OldRows("hourly SMS", SmsCount.objects.filter(hour__lt=before).order_by("hour")),
    ]

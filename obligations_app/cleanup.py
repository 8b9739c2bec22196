"""What of the record may go: rows older than `LOG_RETENTION_DAYS`, and counts of refusals whose minute is over.

The one door through which rows of the record leave, and only the clean-up uses it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from core_app.append_only import removal_allowed
from core_app.cleanup import OldRows
from obligations_app.conf import conf
from obligations_app.folding import settle
from obligations_app.models import OAuthTokenLog, RefusalCount
from obligations_app.rollup_cleanup import old_rollups


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`."""
    counts = RefusalCount.objects.filter(ends_at__lte=now).order_by("ends_at")
    kinds = [OldRows("record.refusal_counts", counts, delete=_settle_all)]
    if conf.LOG_RETENTION_DAYS > 0:
        kept = timedelta(days=conf.LOG_RETENTION_DAYS)
        old = OAuthTokenLog.objects.filter(at__lt=now - kept).order_by("at")
        kinds.append(OldRows("record", old, delete=_remove))
    return [*kinds, *old_rollups(now)]


def _settle_all(rows: QuerySet[Any]) -> int:
    return sum(settle(row) for row in rows)


def _remove(rows: QuerySet[Any]) -> int:
    with removal_allowed():
        # The record's own `delete` refuses whoever calls it.
        count, _by_model = QuerySet.delete(rows)
    return count

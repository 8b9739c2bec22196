"""What of this room says nothing any more: failures, windows and blocks that are over, and old entries of axes' log."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from core_app.cleanup import OldRows
from limits_app.conf import conf
from limits_app.models import Block, FailureCount, Spending


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`."""
    logged_before = now - timedelta(days=conf.LOGIN_LOG_KEEP_DAYS)
    logs = (AccessAttempt, AccessFailureLog, AccessLog)
    return [
        OldRows("limits.failures", FailureCount.objects.filter(forget_at__lte=now).order_by("forget_at")),
        OldRows("limits.budgets", Spending.objects.filter(forget_at__lte=now).order_by("forget_at")),
        OldRows("limits.blocks", Block.objects.filter(until__lte=now).order_by("until")),
        *(
            # axes has no index on the time; its keys grow with it.
            OldRows(f"log.{log.__name__}", log.objects.filter(attempt_time__lt=logged_before).order_by("pk"))
            for log in logs
        ),
    ]

"""Forgetting: counters whose time is over say nothing any more and are removed in small steps."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from limits_app.models import Block, FailureCount, Spending

STEP = 500


def forget_before(now: datetime) -> int:
    """Remove failures that are forgotten, windows that are empty and blocks that have ended; how many."""
    return sum(
        _remove(old)
        for old in (
            FailureCount.objects.filter(forget_at__lte=now),
            Spending.objects.filter(forget_at__lte=now),
            Block.objects.filter(until__lte=now),
        )
    )


def _remove(old: QuerySet[Any]) -> int:
    """A step at a time, so that nobody waits long; the condition is asked again when a row is removed."""
    removed = 0
    while keys := list(old.values_list("pk", flat=True)[:STEP]):
        gone, _by_model = old.filter(pk__in=keys).delete()
        removed += gone
        if not gone:
            break
    return removed

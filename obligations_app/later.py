"""Notices that wait until the request has been answered.

Whoever types in wrong passwords must not learn from the time of the answer that there is an account to tell of its
lock (F07). So the letter is written afterwards; the record has the lock at once, and from it the worker finds what a
process that died did not tell.
"""

from datetime import datetime, timedelta

from django.core.cache import cache

from messaging_app.afterwards import after_answer
from obligations_app.models import OAuthTokenLog
from obligations_app.notify import tell_if_due

TOLD_LATER = frozenset({"account.locked"})
# Whoever answers requests has told it by then. An hour later it is no news.
NOT_BEFORE, NOT_AFTER = timedelta(minutes=1), timedelta(hours=1)
AT_ONCE = 500


def tell_later(entry: OAuthTokenLog) -> None:
    """Tell of it when the request has ended, unless its transaction is rolled back until then."""
    after_answer(lambda: _tell(entry.pk))


def tell_what_was_missed(now: datetime) -> int:
    """Tell of what nobody has looked at yet; how many entries that were. The same letter is never written twice."""
    entries = OAuthTokenLog.objects.filter(
        event__in=TOLD_LATER, at__gte=now - NOT_AFTER, at__lt=now - NOT_BEFORE, user__isnull=False
    ).order_by("at")
    told = 0
    for entry in entries[:AT_ONCE]:
        mark = f"told-later:{entry.pk}"
        if not cache.add(mark, 1, timeout=NOT_AFTER.total_seconds()):
            continue
        try:
            tell_if_due(entry)
        except Exception:
            cache.delete(mark)  # the next run tries again
            raise
        told += 1
    return told


def _tell(key: int) -> None:
    entry = OAuthTokenLog.objects.filter(pk=key).first()
    if entry is not None:
        tell_if_due(entry)

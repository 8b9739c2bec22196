"""Refusals that anybody can ask for do not fill the record: many alike within a minute are one row with a count.

The first of a minute have a row each (`LOG_REFUSALS_APART`). What comes on top is counted beside the record, and the
count becomes a row when the minute is over: by the next refusal of the kind, or by the worker. Every step is decided by
the row count of one conditional UPDATE or DELETE, so nothing is lost or counted twice (docs/adr/0011).
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core_app.events import CATALOGUE, Event
from custom_scopes_and_policies_app.clients import find_client
from limits_app.network import ip_bucket
from obligations_app.conf import conf
from obligations_app.models import OAuthTokenLog, RefusalCount
from obligations_app.redaction import free_text

MINUTE = timedelta(minutes=1)
TRIES = 5
BATCH = 500


def is_counted_instead(event: Event) -> bool:
    """Count the event where others like it have filled their minute. False: it needs a row of its own."""
    signal = CATALOGUE.get(event.name)
    if signal is None or not signal.folds:
        return False
    facts = _facts(event)
    key, now = _key(facts), timezone.now()
    for _attempt in range(TRIES):
        if _add(key, now, seen__gte=conf.LOG_REFUSALS_APART):
            return True
        if _add(key, now, seen__lt=conf.LOG_REFUSALS_APART) or _open(key, facts, now):
            return False
    # Others changed it each time: a row too many is better than one too few.
    return False


def write_counts(now: datetime) -> int:
    """Turn the counts of minutes that are over into rows of the record; how many counts were settled.

    At most BATCH of them, each in a transaction of its own; safe beside requests and beside itself.
    """
    over = RefusalCount.objects.filter(ends_at__lte=now).order_by("ends_at")[:BATCH]
    return sum(settle(row) for row in over)


def settle(row: RefusalCount) -> bool:
    """Turn one count whose minute is over into a row, and forget it. False when another did, or it went on."""
    return _settle(row, lambda row: _same(row).delete()[0])


def _add(key: str, now: datetime, **where: int) -> bool:
    current = RefusalCount.objects.filter(key_hash=key, ends_at__gt=now, **where)
    return current.update(seen=F("seen") + 1) == 1


def _open(key: str, facts: dict[str, object], now: datetime) -> bool:
    """Begin a minute with this refusal as its first. False when another one did."""
    row = RefusalCount.objects.filter(key_hash=key).first()
    if row is None:
        try:
            with transaction.atomic():
                RefusalCount.objects.create(key_hash=key, facts=facts, seen=1, ends_at=now + MINUTE)
        except IntegrityError:
            return False
        return True
    if row.ends_at > now:
        return False
    return _settle(row, lambda row: _same(row).update(seen=1, ends_at=now + MINUTE))


def _settle(row: RefusalCount, end: Callable[[RefusalCount], int]) -> bool:
    """End a minute and write its count, if nobody else did."""
    with transaction.atomic():
        if not end(row):
            return False
        if row.seen > conf.LOG_REFUSALS_APART:
            OAuthTokenLog.objects.create(count=row.seen - conf.LOG_REFUSALS_APART, **row.facts)
    return True


def _same(row: RefusalCount) -> QuerySet[RefusalCount]:
    """The row, as long as it is as it was read."""
    return RefusalCount.objects.filter(pk=row.pk, ends_at=row.ends_at, seen=row.seen)


def _facts(event: Event) -> dict[str, object]:
    """What alike refusals have in common, as their row will say it.

    An id that no app has is left out: a stranger makes up as many as they like. So are the host part of an IPv6
    address, and what a request says of itself.
    """
    return {
        "event": event.name,
        "outcome": event.outcome,
        "reason": free_text(event.reason, 200),
        "client_id": event.client_id if find_client(event.client_id) else "",
        "user_id": event.user_id,
        "subject": free_text(event.subject, 200),
        "ip": ip_bucket(event.caller.ip if event.caller else "").partition("/")[0] or None,
    }


def _key(facts: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

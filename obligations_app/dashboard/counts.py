"""Reading the hourly figures of a range, and what came since they were last brought up to date.

The log itself is asked for the last minutes only, by its index on time.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from obligations_app.dashboard.ranges import Range
from obligations_app.rollup_models import EventCount, RollupState, SmsCount
from obligations_app.rollup_sources import SOURCES, count_events

# Behind by more than this, somebody has to be told; nobody may be made to wait for all those entries.
LONGEST_TAIL = timedelta(minutes=10)
SOURCE_NAMES = tuple(source.name for source in SOURCES)
TOKENS = ("token.issued", "token.refreshed")
REASONS = ("token.refused", "authorization.refused", "login.failed", "session.ended")
MONEY_FIELDS = ("written", "sent", "delivered", "failed", "refused", "codes", "verified", "parts", "cost")


@dataclass(slots=True)
class Counts:
    """The figures of one range. `slices` has for every event how often it came in each slice."""

    totals: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    slices: dict[str, list[int]] = field(default_factory=dict)
    clients: Counter[str] = field(default_factory=Counter)
    grants: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until when the figures are right. `is_stale`: nobody brings them up to date."""

    until: datetime | None
    is_stale: bool


def freshness(now: datetime) -> Freshness:
    """Of the log's figures; stale as soon as either of the rollups is behind."""
    states = dict(RollupState.objects.values_list("name", "rolled_until"))
    behind = [
        name for name in SOURCE_NAMES if (moment := states.get(name)) is None or moment < now - LONGEST_TAIL
    ]
    return Freshness(states.get("events"), is_stale=bool(behind))


def read_counts(shown: Range, events: Iterable[str]) -> Counts:
    """What the range came to, of these events."""
    counts, names = Counts(), list(events)
    rows = EventCount.objects.filter(event__in=names, hour__gte=shown.start, hour__lt=shown.end)
    for hour, event, count in rows.values_list("hour", "event").annotate(times=Sum("count")).order_by():
        _add(counts, shown, hour, event, count)
    split = rows.filter(event__in=(*TOKENS, *REASONS)).values_list(
        "event", "client_id", "grant_type", "reason"
    )
    for event, client_id, grant_type, reason, count in split.annotate(times=Sum("count")).order_by():
        _split(counts, event, client_id, grant_type, reason, count)
    since, until = shown.before
    earlier = EventCount.objects.filter(event__in=names, hour__gte=since, hour__lt=until)
    for event, count in earlier.values_list("event").annotate(times=Sum("count")).order_by():
        counts.before[event] = count
    return counts


def add_newest(counts: Counts, shown: Range, fresh: Freshness, events: Iterable[str]) -> None:
    """Add the entries that came since the figures were counted, when that is minutes ago."""
    now = timezone.now()
    if fresh.until is None or fresh.is_stale or not shown.start <= now < shown.end:
        return
    names = set(events)
    for row in count_events(fresh.until, now + timedelta(seconds=1)):
        if row.event in names:
            _add(counts, shown, row.hour, row.event, row.count)
            _split(counts, row.event, row.client_id, row.grant_type, row.reason, row.count)


def read_sms(shown: Range) -> list[SmsCount]:
    """One row a slice, country, route and currency; `hour` is the beginning of the slice."""
    rows: dict[tuple[datetime, str, str, str], SmsCount] = {}
    for row in SmsCount.objects.filter(hour__gte=shown.start, hour__lt=shown.end):
        edge = shown.edges[bisect_right(shown.edges, row.hour) - 1]
        key = (edge, row.country, row.route, row.currency)
        if key not in rows:
            rows[key] = SmsCount(hour=edge, country=row.country, route=row.route, currency=row.currency)
        _sum_into(rows[key], row)
    return list(rows.values())


def sms_before(shown: Range) -> int:
    """How many SMS were sent in the range before."""
    since, until = shown.before
    found = SmsCount.objects.filter(hour__gte=since, hour__lt=until).aggregate(sent=Sum("sent"))
    return int(found["sent"] or 0)


def _add(counts: Counts, shown: Range, hour: datetime, event: str, count: int) -> None:
    counts.totals[event] += count
    if hour < shown.whole_until:
        counts.compared[event] += count
    series = counts.slices.setdefault(event, [0] * (len(shown.edges) - 1))
    series[bisect_right(shown.edges, hour) - 1] += count


def _split(counts: Counts, event: str, client_id: str, grant_type: str, reason: str, count: int) -> None:
    if event in TOKENS:
        counts.clients[client_id] += count
        counts.grants[grant_type] += count
    if event in REASONS:
        counts.reasons[event, reason] += count


def _sum_into(total: SmsCount, row: SmsCount) -> None:
    for name in MONEY_FIELDS:
        setattr(total, name, getattr(total, name) + getattr(row, name))

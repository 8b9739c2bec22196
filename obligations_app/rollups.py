"""Bringing the rollups up to date: whole hours are counted anew and replaced, never added to.

So a run that is repeated, killed or late changes nothing but the time at which the figures are right. One runner is at
a source at a time: it holds a lease, taken by a conditional UPDATE, and every hour is written in a transaction that
first proves, and locks, that lease. A runner whose lease was taken over writes nothing more.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from core_app.transactions import run_in_transaction
from obligations_app.rollup_models import RollupState
from obligations_app.rollup_sources import SOURCES, Row, Source

HOUR = timedelta(hours=1)
LEASE = timedelta(minutes=2)
# Transactions that are under way may commit rows this much behind the clock; such hours are counted in every run.
SETTLES = timedelta(minutes=15)

Choice = Callable[[Source, RollupState, datetime], Iterable[datetime]]


def catch_up(*, seconds: float) -> dict[str, int | None]:
    """Count what has come since the last run, for so many seconds at most, but always at least one hour.

    How many hours of each source were counted; None where somebody else is at it.
    """
    deadline = time.monotonic() + seconds
    return {source.name: _run(source, _due, deadline) for source in SOURCES}


def count_again(*, hours: int) -> dict[str, int | None]:
    """Count the last so many hours (one or more) again, however long it takes; returns as `catch_up` does."""
    return {source.name: _run(source, partial(_last, hours), float("inf")) for source in SOURCES}


def hour_of(moment: datetime) -> datetime:
    """The beginning of its hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _run(source: Source, choose: Choice, deadline: float) -> int | None:
    holder = uuid.uuid4().hex
    if not _take(source.name, holder):
        return None
    try:
        return _count_hours(source, choose, holder, deadline)
    finally:
        RollupState.objects.filter(name=source.name, holder=holder).update(holder="", leased_until=None)


def _count_hours(source: Source, choose: Choice, holder: str, deadline: float) -> int:
    state = RollupState.objects.get(name=source.name)
    # Another machine's clock may be a little ahead; what it has counted must not be taken back.
    now = max(timezone.now(), state.rolled_until or timezone.now())
    counted = 0
    for hour in choose(source, state, now):
        if counted and time.monotonic() >= deadline:
            break
        if not run_in_transaction(partial(_replace, source, holder, hour, now)):
            break
        counted += 1
    return counted


def _due(source: Source, state: RollupState, now: datetime) -> Iterator[datetime]:
    """The hours since the last run, and after them a few of those in which rows may still appear or change."""
    first = state.settled_until or hour_of(source.oldest_since(None) or now)
    yield from _with_rows(source, first, now)
    yield from _to_recheck(source, state, now)


def _last(hours: int, source: Source, state: RollupState, now: datetime) -> Iterator[datetime]:
    return _with_rows(source, hour_of(now) - (hours - 1) * HOUR, now)


def _with_rows(source: Source, hour: datetime, now: datetime) -> Iterator[datetime]:
    """From that hour to the present one; the silent ones between are passed over."""
    present = hour_of(now)
    while True:
        following = source.oldest_since(hour)
        hour = min(hour_of(following), present) if following else present
        yield hour
        if hour == present:
            return
        hour += HOUR


def _to_recheck(source: Source, state: RollupState, now: datetime) -> Iterator[datetime]:
    """The next few of the settled hours, round and round; the place is kept for the next run."""
    first, edge = hour_of(now - source.late), hour_of(now - SETTLES)
    hour = state.recheck_from
    if hour is None or not first <= hour < edge:
        hour = first
    for _turn in range(source.rechecks):
        if hour >= edge:
            return
        yield hour
        hour += HOUR
        RollupState.objects.filter(pk=state.pk).update(recheck_from=hour)


def _take(name: str, holder: str) -> bool:
    RollupState.objects.get_or_create(name=name)
    now = timezone.now()
    is_free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    taken = RollupState.objects.filter(is_free, name=name).update(holder=holder, leased_until=now + LEASE)
    return taken == 1


def _replace(source: Source, holder: str, hour: datetime, now: datetime) -> bool:
    """Write the hour as it is now. False when the lease is lost. Runs in a transaction."""
    mine = RollupState.objects.filter(name=source.name, holder=holder)
    if not mine.update(leased_until=timezone.now() + LEASE):
        return False
    until = min(hour + HOUR, now)
    _come_to(mine, "rolled_until", until)
    if until <= now - SETTLES:
        _come_to(mine, "settled_until", until)
    rows: Any = source.table._default_manager
    before, after = list(rows.filter(hour=hour)), source.count(hour, until)
    if _facts(before) == _facts(after) or _total(source, after) < _total(source, before):
        # Rows are never taken back: where fewer are found, the clean-up has been there, and the figures stay.
        return True
    rows.filter(hour=hour).delete()
    rows.bulk_create(after, batch_size=500)
    return True


def _come_to(mine: QuerySet[RollupState], field: str, moment: datetime) -> None:
    """Further, never back."""
    mine.filter(Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": moment})).update(**{field: moment})


def _facts(rows: Iterable[Row]) -> set[tuple[object, ...]]:
    return {
        tuple(getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key)
        for row in rows
    }


def _total(source: Source, rows: Iterable[Row]) -> int:
    return sum(getattr(row, source.total) for row in rows)

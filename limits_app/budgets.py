"""Budgets: how much may be spent in a rolling window, counted in the database and never in the cache.

    spend([Limit("sms.phone", "+97699112233", 5, 3600), Limit("sms.money.day", "", 50_000, 86_400, amount=120)])

Spending takes part in the caller's transaction: what is rolled back was not spent. Names are the caller's; one name
and key may have several windows. Whoever spends several times in one transaction keeps to one order of names.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core_app.errors import TooManyAttempts, Unavailable
from limits_app import window
from limits_app.identity import key_hash, label_of
from limits_app.models import Spending

MOST_RACES = 100
ITEM_LENGTH = 32

Entries = list[Any]


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` more of `name` by `key`, of which `limit` are allowed in any `per_seconds`.

    The key is stored as a keyed hash; `label` (made from the key when not given) is what operators see of it.
    """

    name: str
    key: str
    limit: int
    per_seconds: int
    amount: int = 1
    label: str = ""


class Exceeded(TooManyAttempts):
    """A budget is used up. `retry_after` is in seconds; `limit_name` says which."""

    def __init__(self, limit_name: str, retry_after: int) -> None:
        super().__init__(
            _("That was too often. Wait a little, then try again."),
            retry_after=retry_after,
            detail=f"limit {limit_name}",
        )
        self.limit_name = limit_name


def spend(limits: Sequence[Limit], *, is_enforced: bool = True) -> tuple[str, ...]:
    """Spend all of it or nothing. Raises Exceeded for the first limit (by name) that has not enough left.

    With `is_enforced=False` everything is spent and the names of the limits it went over are returned.
    """
    if any(limit.amount < 0 for limit in limits):
        raise ValueError("an amount cannot be negative")
    exceeded = []
    with transaction.atomic():
        # One order for everybody: two that want the same two rows do not wait for each other.
        for limit in sorted(limits, key=lambda one: (one.name, one.key, one.per_seconds)):
            wait = _spend_one(limit, is_enforced=is_enforced)
            if wait and is_enforced:
                raise Exceeded(limit.name, wait)
            if wait:
                exceeded.append(limit.name)
    return tuple(exceeded)


def spend_distinct(
    name: str, key: str, item: str, limit: int, per_seconds: int, *, is_enforced: bool = True
) -> bool:
    """Note that `key` used `item`. Raises Exceeded when it would be one distinct item too many in the window.

    One that was used in the window already is always welcome. With `is_enforced=False` it is noted in any case;
    True when that was within the limit.
    """
    digest = key_hash(f"{name} item", item)[:ITEM_LENGTH]
    budget = Limit(name, key, limit, per_seconds)

    def change(entries: Entries, now_ms: int) -> tuple[Entries | None, int]:
        wait = window.wait_for_item(entries, item=digest, limit=limit, now_ms=now_ms, per_seconds=per_seconds)
        if wait and is_enforced:
            return None, wait
        return window.add_item(entries, item=digest, now_ms=now_ms, per_seconds=per_seconds), wait

    with transaction.atomic():
        wait = _change(budget, change)
        if wait and is_enforced:
            raise Exceeded(name, wait)
    return not wait


def used(name: str, key: str, per_seconds: int) -> int:
    """How much of it (or how many distinct items) the window that ends now holds."""
    row = Spending.objects.filter(pk=row_key(name, key, per_seconds)).first()
    return used_now(row) if row else 0


def row_key(name: str, key: str, per_seconds: int) -> str:
    """Which row holds the window of one name and key."""
    return key_hash(f"{name} {per_seconds}", key)


def used_now(row: Spending) -> int:
    """The same for a row that was read already."""
    entries: Entries = row.entries
    start = _now_ms() - row.per_seconds * 1000
    return sum(1 if isinstance(what, str) else what for at, what in entries if at > start)


def _spend_one(limit: Limit, *, is_enforced: bool) -> int:
    def change(entries: Entries, now_ms: int) -> tuple[Entries | None, int]:
        per = limit.per_seconds
        wait = window.wait_for(
            entries, amount=limit.amount, limit=limit.limit, now_ms=now_ms, per_seconds=per
        )
        if wait and is_enforced:
            return None, wait
        return window.add(entries, amount=limit.amount, now_ms=now_ms, per_seconds=per), wait

    return _change(limit, change)


def _change(limit: Limit, change: Callable[[Entries, int], tuple[Entries | None, int]]) -> int:
    """Write what `change` makes of the row, by one UPDATE that holds only if nobody changed it; its wait."""
    key = row_key(limit.name, limit.key, limit.per_seconds)
    for _race in range(MOST_RACES):
        row = Spending.objects.select_for_update().filter(pk=key).first()
        if row is None:
            _make_row(key, limit)
            continue
        after, wait = change(row.entries, now_ms := _now_ms())
        if after is None or _write(row, after, limit, now_ms):
            return wait
    raise Unavailable(_("This server is very busy. Try again in a moment."), detail=f"races on {limit.name}")


def _make_row(key: str, limit: Limit) -> None:
    """Make it, or hold the one that somebody else has just made.

    Not by `get_or_create`: this is inside the caller's transaction, and on MariaDB everybody whose INSERT meets the
    first one's row keeps a shared lock on it, so that none of them gets the exclusive one. An upsert asks for that
    at once.
    """
    row = Spending(
        key_hash=key, name=limit.name, per_seconds=limit.per_seconds, label=limit.label or label_of(limit.key)
    )
    can_name_key = connection.features.supports_update_conflicts_with_target
    Spending.objects.bulk_create(
        [row],
        update_conflicts=True,
        update_fields=["label"],
        unique_fields=["key_hash"] if can_name_key else None,
    )


def _write(row: Spending, entries: Entries, limit: Limit, now_ms: int) -> bool:
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    unchanged = Spending.objects.filter(pk=row.pk, version=row.version)
    return bool(
        unchanged.update(
            version=row.version + 1,
            entries=entries,
            limit=limit.limit,
            last_at=now,
            forget_at=now + timedelta(seconds=limit.per_seconds),
        )
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

"""A rolling window as pure functions: never more than the limit in any span of its length.

Entries are `[milliseconds, amount]` (or `[milliseconds, item]`), oldest first. Up to `MOST_ENTRIES` are kept exactly;
beyond that neighbours are merged at the later one's time, so that something may be given back a little late and
nothing too early.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

MOST_ENTRIES = 64

Entry = tuple[int, int]
Item = tuple[int, str]


def recent(entries: Sequence[Entry], *, now_ms: int, per_seconds: int) -> list[Entry]:
    """The entries that still count. One made exactly `per_seconds` ago does not."""
    return [entry for entry in entries if entry[0] > now_ms - per_seconds * 1000]


def used(entries: Sequence[Entry], *, now_ms: int, per_seconds: int) -> int:
    """How much was spent in the window that ends now."""
    return sum(amount for _at, amount in recent(entries, now_ms=now_ms, per_seconds=per_seconds))


def add(entries: Sequence[Entry], *, amount: int, now_ms: int, per_seconds: int) -> list[Entry]:
    """The window with one more entry; nothing leaves none. A clock that went back does not make it older than the
    newest.
    """
    kept = recent(entries, now_ms=now_ms, per_seconds=per_seconds)
    if amount == 0:
        return kept
    at = max(now_ms, kept[-1][0]) if kept else now_ms
    return _merged([*kept, (at, amount)])


def wait_for(entries: Sequence[Entry], *, amount: int, limit: int, now_ms: int, per_seconds: int) -> int:
    """Seconds until `amount` fits: 0 when it does now, a whole window when it is more than the limit itself."""
    kept = recent(entries, now_ms=now_ms, per_seconds=per_seconds)
    excess = sum(spent for _at, spent in kept) + amount - limit
    if excess <= 0:
        return 0
    for at, spent in kept:
        excess -= spent
        if excess <= 0:
            return max(1, math.ceil((at + per_seconds * 1000 - now_ms) / 1000))
    return per_seconds


def recent_items(items: Sequence[Item], *, now_ms: int, per_seconds: int) -> list[Item]:
    """The distinct items that were used in the window that ends now."""
    return [item for item in items if item[0] > now_ms - per_seconds * 1000]


def add_item(items: Sequence[Item], *, item: str, now_ms: int, per_seconds: int) -> list[Item]:
    """The window with this item as its newest, once."""
    kept = recent_items(items, now_ms=now_ms, per_seconds=per_seconds)
    at = max(now_ms, kept[-1][0]) if kept else now_ms
    return [*(other for other in kept if other[1] != item), (at, item)]


def wait_for_item(items: Sequence[Item], *, item: str, limit: int, now_ms: int, per_seconds: int) -> int:
    """Seconds until this item is one of no more than `limit`: 0 when it is now."""
    kept = recent_items(items, now_ms=now_ms, per_seconds=per_seconds)
    others = [at for at, other in kept if other != item]
    if len(others) < limit:
        return 0
    if limit < 1:
        return per_seconds
    leaves = others[len(others) - limit]
    return max(1, math.ceil((leaves + per_seconds * 1000 - now_ms) / 1000))


def _merged(entries: list[Entry]) -> list[Entry]:
    """The two that stand closest become one, until there are few enough."""
    while len(entries) > MOST_ENTRIES:
        gaps = [later[0] - earlier[0] for earlier, later in pairwise(entries)]
        first = gaps.index(min(gaps))
        merged = (entries[first + 1][0], entries[first][1] + entries[first + 1][1])
        entries = [*entries[:first], merged, *entries[first + 2 :]]
    return entries

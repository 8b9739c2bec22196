"""Removing what says nothing any more, a small step at a time, so that nobody waits for it (R22).

A room that has such rows says which in its module `cleanup`:

    def old_rows(now: datetime) -> Sequence[OldRows]:
        return [OldRows("sessions", SsoSession.objects.filter(expires_at__lte=now).order_by("expires_at"))]

`manage.py cleanup` and the worker ask every installed app for it. Order by an indexed column: each step reads from the
start of that order. What is left over is told by `backlog`, and `is_red` says when somebody should look.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from core_app.transactions import run_in_transaction

# A step of so many rows takes a few milliseconds: nobody who needs one of them waits for longer than that.
STEP = 500
# Between two steps the database serves others first, on one processor too.
PAUSE_SECONDS = 0.005
# More is not counted: "ten thousand at least" is all that anybody needs to know.
MOST_COUNTED = 10_000
# The worker comes every hour; rows that could have gone so long ago say that it does not, or does not keep up.
LATE_AFTER = timedelta(days=1)


def _delete(rows: QuerySet[Any]) -> int:
    _total, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)


@dataclass(frozen=True, slots=True)
class OldRows:
    """Rows that may go, under a stable name. A row that is in use again by then stays: it is asked for twice.

    `delete` removes the rows of one step, in the transaction it is called in, and returns how many went.
    What takes many statements for each row brings `delete_one` instead, and how many go in a step at `most`: it is
    called with one key after the other, makes its own transaction, and says whether the row went.
    """

    name: str
    rows: QuerySet[Any]
    delete: Callable[[QuerySet[Any]], int] = _delete
    delete_one: Callable[[Any], bool] | None = None
    most: int = STEP


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be removed of one kind: how many rows (MOST_COUNTED at most), and since when the oldest is there.

    `oldest` is the time by which the rows are ordered, None when they are ordered by something else or there are none.
    `is_late`: a row that could have gone LATE_AFTER ago is still there.
    """

    name: str
    waiting: int
    oldest: datetime | None
    is_late: bool


def backlog(now: datetime) -> list[Backlog]:
    """What waits in every room, cheaply: from the starts of indexes; nothing is counted to its end."""
    late = {kind.name: kind.rows for kind in everything_old(now - LATE_AFTER)}
    return [_backlog_of(kind, late.get(kind.name)) for kind in everything_old(now)]


def is_red(one: Backlog) -> bool:
    """Whether somebody should look: the clean-up does not run, or does not keep up."""
    return one.is_late or one.waiting >= MOST_COUNTED


def remove(
    kinds: Sequence[OldRows], *, seconds: float, step: int = STEP, pause: float = PAUSE_SECONDS
) -> dict[str, int]:
    """Remove what there is, `step` rows of each kind in turn, for so many seconds at most; how many of each kind.

    What is left is left for the next time: whatever stops it in between has lost nothing. Each step is a transaction
    of its own, after which it waits for `pause` seconds.
    """
    deadline = time.monotonic() + seconds
    removed = dict.fromkeys((kind.name for kind in kinds), 0)
    waiting = list(kinds)
    while waiting:
        for kind in list(waiting):
            if time.monotonic() >= deadline:
                return removed
            wanted = min(step, kind.most)
            gone = _remove_step(kind, wanted)
            removed[kind.name] += gone
            if gone < wanted:
                waiting.remove(kind)
            else:
                time.sleep(pause)
    return removed


def everything_old(now: datetime) -> list[OldRows]:
    """What every installed app has to remove."""
    return [kind for module in _modules() for kind in module.old_rows(now)]


def _modules() -> Iterator[Any]:
    for config in apps.get_app_configs():
        name = f"{config.name}.cleanup"
        # core_app.cleanup is this module; an app from elsewhere may mean something else by the name.
        if name != __name__ and find_spec(name) and hasattr(module := import_module(name), "old_rows"):
            yield module


def _remove_step(kind: OldRows, step: int) -> int:
    keys = list(kind.rows.values_list("pk", flat=True)[:step])
    if not keys:
        return 0
    if kind.delete_one is not None:
        return sum(kind.delete_one(key) for key in keys)
    return run_in_transaction(lambda: kind.delete(kind.rows.order_by().filter(pk__in=keys)))


def _backlog_of(kind: OldRows, late: QuerySet[Any] | None) -> Backlog:
    # In order, so that it is read from the index however many there are.
    waiting = kind.rows.values("pk")[:MOST_COUNTED].count()
    if not waiting:
        return Backlog(kind.name, waiting=0, oldest=None, is_late=False)
    (column, *_others) = kind.rows.query.order_by
    first = kind.rows.values_list(column, flat=True).first()
    return Backlog(
        kind.name,
        waiting=waiting,
        oldest=first if isinstance(first, datetime) else None,
        is_late=late is not None and bool(late.values_list("pk")[:1]),
    )

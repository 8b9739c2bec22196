"""The record as a file: CSV for tables, NDJSON for programs. Read in small pieces, so that no size is too large."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from core_app.caller import Caller
from obligations_app.conf import conf
from obligations_app.models import OAuthTokenLog
from obligations_app.signals import log_exported

Row = Mapping[str, Any]
COLUMNS = (
    "id", "at", "event", "outcome", "reason", "count", "user_id", "subject", "client_id", "grant_type", "scopes",
    "policies", "sid", "jti", "family", "ip", "user_agent", "request_id",
)  # fmt: skip
CHUNK = 1000
# A cell that begins so is a formula to a spreadsheet, and would be carried out (CWE-1236).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class RangeRefused(ValueError):
    """The range of time is empty, or longer than LOG_EXPORT_DAYS."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: its file ending, media type, and how its lines are made."""

    suffix: str
    media_type: str
    lines: Callable[[Iterator[Row]], Iterator[str]]


def begin(
    *,
    entries: QuerySet[OAuthTokenLog],
    kind: str,
    since: datetime,
    until: datetime,
    asked: str = "",
    operator_id: int | None = None,
    caller: Caller | None = None,
) -> Iterator[str]:
    """The lines of the file with the entries from `since` to before `until`, LOG_EXPORT_ROWS at most, oldest first.

    That they were asked for is recorded first; `asked` says by which filters. Raises RangeRefused.
    """
    if not since < until <= since + timedelta(days=conf.LOG_EXPORT_DAYS):
        raise RangeRefused
    most = conf.LOG_EXPORT_ROWS
    with transaction.atomic():
        log_exported.emit(
            user_id=operator_id,
            subject=f"{_moment(since)} to {_moment(until)} {asked}".strip(),
            reason=f"{kind}, {most:,} rows at most",
            caller=caller,
        )
    # What is written after this moment is not part of it.
    return KINDS[kind].lines(_rows(entries.filter(at__gte=since, at__lt=until), most))


def _moment(moment: datetime) -> str:
    """With the month as a word: the record takes eight digits in a row for a phone number."""
    return f"{moment.astimezone(UTC):%d %b %Y %H:%M}"


def _rows(entries: QuerySet[OAuthTokenLog], most: int) -> Iterator[Row]:
    """Oldest first, a chunk at a time, each from where the last one ended: no cursor is held open meanwhile."""
    left, after = most, Q()
    ordered = entries.order_by("at", "id")
    while left > 0:
        chunk = list(ordered.filter(after).values(*COLUMNS)[: min(CHUNK, left)])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        left -= len(chunk)
        last = chunk[-1]
        after = Q(at__gte=last["at"]) & ~Q(at=last["at"], id__lte=last["id"])


def _csv_lines(rows: Iterator[Row]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in _plain(row).values()])
        if buffer.tell() > 32_768:
            yield _drained(buffer)
    yield _drained(buffer)


def _ndjson_lines(rows: Iterator[Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(_plain(row), ensure_ascii=False) + "\n"


def _plain(row: Row) -> dict[str, Any]:
    """Times in UTC, ids as text; names and order as in COLUMNS."""
    plain = {name: row[name] for name in COLUMNS}
    plain["at"] = row["at"].astimezone(UTC).isoformat()
    plain["sid"] = str(row["sid"] or "")
    plain["family"] = str(row["family"] or "")
    plain["ip"] = row["ip"] or ""
    return plain


def _cell(value: Any) -> str:
    text = (
        json.dumps(value, sort_keys=True) if isinstance(value, dict) else str("" if value is None else value)
    )
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


KINDS: Mapping[str, Kind] = {
    "csv": Kind("csv", "text/csv; charset=utf-8", _csv_lines),
    "ndjson": Kind("ndjson", "application/x-ndjson; charset=utf-8", _ndjson_lines),
}

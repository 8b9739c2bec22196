"""Writes that reach PostgreSQL together: a claim and what follows from it, as one statement (design §7).

    with written_together(CLAIM, values) as writes:
        writes.add(Insert(RefreshToken), family)
        token_issued.emit(…)  # its row of the record is added by the receiver

The claim decides the race: `WITH claim AS (UPDATE … RETURNING 1), row_0 AS (INSERT … SELECT … FROM claim) SELECT …`
writes the rows only if it holds. They are held back until the end. Where nobody asks the database anything until then,
the statement is a transaction by itself, without BEGIN and COMMIT. Who does ask finds them written: they go out before
the question, and everything is one transaction as anywhere else.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.db import connection, models, transaction
from psycopg.pq import TransactionStatus

from core_app.inserts import Insert

# Nothing to claim: the rows are written in any case.
NO_CLAIM = "SELECT 1"


class Unclaimed(Exception):
    """The claim did not hold: another was faster, and nothing was written."""


class Writes:
    """What is held back. `is_whole`: these writes are all there is in their transaction."""

    def __init__(self, claim: str, values: Sequence[Any], *, is_whole: bool) -> None:
        self._claim = claim
        self._values = list(values)
        self._rows: list[tuple[Insert, models.Model]] = []
        self._is_whole = is_whole
        self.failure: Exception | None = None
        self.is_open = True

    def add(self, insert: Insert, row: models.Model) -> None:
        """Write this unsaved object too; its primary key is set when it is written."""
        self._rows.append((insert, row))
        self._values += insert.values(row)

    def write(self, *, is_last: bool = False) -> None:
        """Write now, once. Raises Unclaimed, or what the database says; again at the end, if that was swallowed."""
        if self.failure is not None and is_last:
            raise self.failure
        if not self.is_open:
            return
        self.is_open = False
        try:
            self._execute(is_last=is_last)
        except Exception as error:
            self.failure = error
            raise

    def before(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Wraps every statement of the connection."""
        self.write()
        return execute(sql, params, many, context)

    def _execute(self, *, is_last: bool) -> None:
        inserts = tuple((insert.sql, insert.key) for insert, _row in self._rows)
        statement = _statement(self._claim, inserts)
        answer = _first_row(statement, self._values, alone=is_last and self._is_whole)
        if answer is None or not answer[0]:
            raise Unclaimed
        keys = answer[1:]
        for (_insert, row), key in zip(self._rows, keys, strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, connection.alias


@contextmanager
def written_together(claim: str = NO_CLAIM, values: Sequence[Any] = ()) -> Iterator[Writes]:
    """A transaction of PostgreSQL whose writes go out together; only receivers of events run within.

    `claim` is a statement that returns a row where it holds. Raises Unclaimed where it does not.
    """
    is_whole = connection.get_autocommit()
    with transaction.atomic():
        writes = Writes(claim, values, is_whole=is_whole)
        before = writes.before
        connection.execute_wrappers.append(before)
        token = _under_way.set(writes)
        try:
            yield writes
        finally:
            _under_way.reset(token)
            connection.execute_wrappers.remove(before)
        if connection.needs_rollback:
            raise writes.failure or transaction.TransactionManagementError(
                "A receiver undid the transaction."
            )
        writes.write(is_last=True)


def open_writes() -> Writes | None:
    """What is being held back here, to add to; None where a row is to be written at once."""
    writes = _under_way.get()
    return writes if writes is not None and writes.is_open else None


def write_now() -> None:
    """Whoever needs the rows that are held back, or their keys, has them written."""
    writes = _under_way.get()
    if writes is not None:
        writes.write()


def prepared(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement that comes often, kept prepared by our own backend; None where there is none."""
    return _first_row(sql, values, alone=False)


def _first_row(sql: str, values: Sequence[Any], *, alone: bool) -> tuple[Any, ...] | None:
    """Directly where our own backend can, else by a cursor. `alone`: as a transaction by itself, if none has begun."""
    asks_directly = getattr(connection, "asks_directly", None)
    if asks_directly is not None and asks_directly(alone=alone):
        return connection.first_row(sql, values)  # type: ignore[no-any-return,attr-defined]
    with _alone() if alone else nullcontext(), _cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


@contextmanager
def _alone() -> Iterator[None]:
    """Each statement a transaction by itself, if none has begun: psycopg sends BEGIN with the first statement."""
    raw = connection.connection
    if raw.info.transaction_status != TransactionStatus.IDLE:
        yield
        return
    with connection.wrap_database_errors:
        raw.autocommit = True
    try:
        yield
    finally:
        # One that broke off has no state to be changed, and is renewed by whoever comes next.
        if raw.info.transaction_status == TransactionStatus.IDLE:
            raw.autocommit = False


def _cursor() -> Any:
    return getattr(connection, "binding_cursor", connection.cursor)()


@lru_cache(maxsize=256)
def _statement(claim: str, inserts: tuple[tuple[str, str], ...]) -> str:
    """The text for a claim and the rows that depend on it; it answers with the claim's count and the rows' keys."""
    parts = [f"claim AS ({claim})"]
    answers = ["(SELECT count(*) FROM claim)"]
    for number, (sql, key) in enumerate(inserts):
        parts.append(f"row_{number} AS ({sql} FROM claim RETURNING {key} AS key)")
        answers.append(f"(SELECT key FROM row_{number})")  # noqa: S608  made of our own texts
    return f"WITH {', '.join(parts)} SELECT {', '.join(answers)}"


_under_way: ContextVar[Writes | None] = ContextVar("writes under way", default=None)

"""The few statements of the hot endpoints, asked of libpq directly: a cursor in between costs more than the answer.

Each text is read and planned by the server once per connection (`PREPARE`), and how its parameters and columns are to
be read is settled then as well. One question, one round trip, and of the answer the first row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.abc import Transformer as Reader
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
# What a text's parameters are, as the server numbers types: the same text with a NULL is another statement.
Types = tuple[int, ...]


@dataclass(slots=True)
class Question:
    """A prepared statement by its name at the server, and the reader of its rows once there has been one."""

    name: bytes
    reader: Reader | None = None


class Questions:
    """What one connection has prepared. Not for several threads, as the connection is not."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._known: dict[tuple[str, Types], Question] = {}
        self._count = 0
        # A cursor that is never used carries the adapters: Django's, but for its reader of times, which is Python.
        self._context = connection.cursor()
        timestamps = psycopg.adapters.get_loader(psycopg.adapters.types["timestamptz"].oid, Format.TEXT)
        if timestamps is not None:
            self._context.adapters.register_loader("timestamptz", timestamps)
        self._writer = Transformer(self._context)

    def first_row(self, sql: str, values: Sequence[Any]) -> Row | None:
        """The first row of the answer, None where there is none. Raises psycopg.Error."""
        try:
            return self._ask(sql, values)
        except psycopg.errors.FeatureNotSupported:
            # A migration changed the type of a column, and the plan with it: beside live traffic, that is no reason to
            # fail. Within a transaction nothing more can be asked; the next one prepares anew.
            self._known.clear()
            if self._connection.pgconn.transaction_status != TransactionStatus.IDLE:
                raise
            return self._ask(sql, values)

    def _ask(self, sql: str, values: Sequence[Any]) -> Row | None:
        connection, writer = self._connection, self._writer
        parameters = writer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types = writer.types or ()
        question = self._known.get((sql, types)) or self._prepare(sql, types)
        pgconn = connection.pgconn
        with connection.lock:
            pgconn.send_query_prepared(question.name, parameters, writer.formats)
            result = self._answer(ExecStatus.TUPLES_OK)
        if not result.ntuples:
            return None
        reader = question.reader
        if reader is None:
            reader = question.reader = Transformer(self._context)
            reader.set_pgresult(result)
        else:
            reader.set_pgresult(result, set_loaders=False)
        return reader.load_row(0, tuple)

    def _prepare(self, sql: str, types: Types) -> Question:
        # Names are never given twice: what was forgotten here may still be there.
        self._count += 1
        name = b"question_%d" % self._count
        with self._connection.lock:
            self._connection.pgconn.send_prepare(name, _numbered(sql), types)
            self._answer(ExecStatus.COMMAND_OK)
        question = self._known[sql, types] = Question(name)
        return question

    def _answer(self, expected: ExecStatus) -> PGresult:
        pgconn = self._connection.pgconn
        result: PGresult
        (result,) = self._connection.wait(execute(pgconn))
        if result.status != expected:
            raise psycopg.errors.error_from_result(result, encoding=self._context._encoding)
        return result


def _numbered(sql: str) -> bytes:
    """The text with $1, $2 … for each %s. Our texts hold no other per cent sign."""
    first, *rest = sql.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()

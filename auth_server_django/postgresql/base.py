"""Owns the connection class that `DATABASE_URL=postgres://…` uses.

`statement_timeout` is kept by the server: one that is stopped, or behind a network that swallows packets, keeps
nothing. Here the client waits no longer than a little more than that, COMMIT included.
"""

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper

from auth_server_django.conf import conf
from auth_server_django.postgresql.binding import BindingCursor
from auth_server_django.postgresql.connection import HurriedConnection

Execute = Callable[[str, Sequence[Any], bool, Any], tuple[Any, ...] | None]
# How much longer than the server's own limit: so that its error, which leaves the connection usable, comes first.
GRACE_SECONDS = 2.0
# A connection that has just answered is not asked whether it can, unless its socket says that something happened.
QUIET_SECONDS = 1.0

# Django connects by `Database.connect`; the errors and types stay psycopg's own.
_hurried = ModuleType(psycopg.__name__)
_hurried.__dict__.update(vars(psycopg))
_hurried.__dict__["connect"] = HurriedConnection.connect


class DatabaseOperations(operations.DatabaseOperations):
    """Of a prepared statement there is only the text to be shown; the values never stood in it."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """For Django's log of statements, where that is on."""
        shown: str | None = super().last_executed_query(cursor, sql, params)
        return shown or sql


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL whose connections hurry, those of a pool as well."""

    Database = _hurried
    ops_class = DatabaseOperations

    def init_connection_state(self) -> None:
        """Called for each connection, new or out of the pool."""
        self.hurry(conf.DATABASE_STATEMENT_SECONDS)
        super().init_connection_state()

    def hurry(self, seconds: int) -> None:
        """From now on an answer may take so many seconds and the grace; 0: as long as it likes."""
        if isinstance(self.connection, HurriedConnection):
            self.connection.most_seconds = seconds + GRACE_SECONDS if seconds else None

    def is_usable(self) -> bool:
        """Whether the connection still answers; asked at the start of each request.

        A server that closed it has left that in the socket. Only after a pause is it asked, a round trip.
        """
        raw = self.connection
        is_fresh = isinstance(raw, HurriedConnection) and raw.answered_within(QUIET_SECONDS)
        return (is_fresh and raw.is_quiet()) or super().is_usable()

    def asks_directly(self, *, alone: bool = False) -> bool:
        """Whether `first_row` may be used now. Not where statements are kept in Django's log, or not prepared, or where
        one would begin a transaction; `alone`: it is to be none.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        raw = self.connection
        if not isinstance(raw, HurriedConnection) or raw.prepare_threshold is None or self.queries_logged:
            return False
        return (alone and raw.is_idle()) or raw.begins_nothing()

    def first_row(self, sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row of a statement that comes often: past the cursors, but by their wrappers and with their errors.

        Raises django.db.Error.
        """
        self.validate_no_broken_transaction()
        execute: Execute = self._ask
        for wrapper in reversed(self.execute_wrappers):
            execute = partial(wrapper, execute)
        row: tuple[Any, ...] | None = execute(sql, values, False, {"connection": self, "cursor": None})
        return row

    def _ask(self, sql: str, values: Sequence[Any], many: bool, context: Any) -> tuple[Any, ...] | None:
        with self.wrap_database_errors:
            row: tuple[Any, ...] | None = self.connection.questions.first_row(sql, values)
        return row

    def binding_cursor(self) -> CursorWrapper:
        """A cursor as `cursor()` gives it, with its wrappers and errors, for a statement that comes often.

        Raises what `cursor()` raises: OperationalError when the database is away.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor: CursorWrapper = self._prepare_cursor(BindingCursor(self.connection))  # type: ignore[attr-defined]
        return cursor

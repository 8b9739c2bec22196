"""Owns the connection class that `DATABASE_URL=postgres://…` uses.

`statement_timeout` is kept by the server: one that is stopped, or behind a network that swallows packets, keeps
nothing. Here the client waits no longer than a little more than that, COMMIT included.
"""

from types import ModuleType
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper

from auth_server_django.conf import conf
from auth_server_django.postgresql.connection import HurriedConnection
from auth_server_django.postgresql.prepared import PreparedCursor

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

    def prepared_cursor(self) -> CursorWrapper:
        """A cursor as `cursor()` gives it, with its wrappers and errors, for a statement that comes often.

        Raises what `cursor()` raises: OperationalError when the database is away.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor: CursorWrapper = self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined]
        return cursor

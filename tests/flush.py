"""Emptying the database after a test that committed: Django's `flush`, without what costs more than the test.

Django lists the tables anew, empties all of them (on PostgreSQL each gets new files), and then works out every content
type and permission again. Here one statement asks which tables have rows, only those are emptied, and content types and
permissions, which no test changes, stay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush
from django.db import connections

KEPT = frozenset({ContentType._meta.db_table, Permission._meta.db_table})


@contextmanager
def flushing_only_what_has_rows() -> Iterator[None]:
    """While this lasts, `manage.py flush`, which Django's tests end with, is the quick one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", statements)
        # Not the signal's receivers: `migrate` needs them, without which the tests would have no permissions.
        patch.setattr(flush, "emit_post_migrate_signal", lambda *details: None)
        yield


def statements(style: Any, connection: Any, **options: bool) -> list[str]:
    """What empties the tables that have rows. Sequences go on, as they do in Django's tests."""
    # In memory, emptying an empty table costs less than asking for its rows.
    tables = list(_tables(connection.alias)) if connection.vendor == "sqlite" else _with_rows(connection)
    if connection.vendor == "postgresql":
        return _deletes(connection, tables)
    return list(connection.ops.sql_flush(style, tables, reset_sequences=False, allow_cascade=False))


def _deletes(connection: Any, tables: list[str]) -> list[str]:
    """TRUNCATE would want every table that refers to one of these. As a replica, PostgreSQL checks no references."""
    deletes = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]  # noqa: S608
    return ["; ".join(["SET LOCAL session_replication_role = replica", *deletes])]


def _with_rows(connection: Any) -> list[str]:
    quote = connection.ops.quote_name
    questions = (
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})"  # noqa: S608
        for table in _tables(connection.alias)
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(questions))
        return [table for (table,) in cursor.fetchall()]


@lru_cache
def _tables(alias: str) -> tuple[str, ...]:
    names = connections[alias].introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - KEPT))

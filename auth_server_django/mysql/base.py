"""Owns the connection class that `DATABASE_URL=mysql://…` uses.

Key ids, token hashes and client ids differ by case, so the tables are made with a `_bin` collation
(`auth_server_django.checks`). Django leaves `icontains` and its like to the collation of the column; here they
name their own, so that an operator who types "bat" finds Bat as on the other databases.
"""

from typing import Any

from django.db.backends.mysql import base
from django.db.backends.mysql.operations import DatabaseOperations as MySQLOperations

from core_app.append_only import MYSQL_ALLOW, MYSQL_FORBID

ANY_CASE = "COLLATE utf8mb4_unicode_ci"


class DatabaseOperations(MySQLOperations):
    def sql_flush(self, style: Any, tables: Any, **options: Any) -> list[str]:
        """`manage.py flush` empties every table, append-only ones too, as TRUNCATE does elsewhere."""
        flush: list[str] = super().sql_flush(style, tables, **options)
        return [MYSQL_ALLOW, *flush, MYSQL_FORBID] if flush else []


class DatabaseWrapper(base.DatabaseWrapper):
    """MariaDB or MySQL, with the same answers to `iexact` and `icontains` as PostgreSQL gives."""

    ops_class = DatabaseOperations

    operators = {
        **base.DatabaseWrapper.operators,
        "iexact": f"LIKE %s {ANY_CASE}",
        "icontains": f"LIKE %s {ANY_CASE}",
        "istartswith": f"LIKE %s {ANY_CASE}",
        "iendswith": f"LIKE %s {ANY_CASE}",
    }

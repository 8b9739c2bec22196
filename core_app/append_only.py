"""Tables whose rows the database itself keeps from being changed or removed (L02).

A trigger refuses every UPDATE, and every DELETE but those of the clean-up, which says so for its own transaction. Who
owns the table can still drop the trigger: it guards against mistakes and against injected SQL, and an owner who is
not the server's own role makes it final (docs/token-log.md). SQLite has no triggers from here: it serves one machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# May this user make triggers? ER_BINLOG_CREATE_ROUTINE_NEED_SUPER, ER_TABLEACCESS_DENIED_ERROR.
MYSQL_MAY_NOT = frozenset({1419, 1142})
MYSQL_ALLOW = "SET @auth_removing_old_rows = 1;"
MYSQL_FORBID = "SET @auth_removing_old_rows = NULL;"
POSTGRESQL_ALLOW = "SET LOCAL auth.removing_old_rows = 'on'"
POSTGRESQL_FORBID = "SET LOCAL auth.removing_old_rows = 'off'"

POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('auth.removing_old_rows', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'rows of {table} are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER IF EXISTS {table}_is_final ON {table};
CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_final();
"""
REFUSE = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rows of {table} are never changed or removed'"
MYSQL = (
    f"CREATE TRIGGER {{table}}_no_update BEFORE UPDATE ON {{table}} FOR EACH ROW {REFUSE}",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
    f"BEGIN IF @auth_removing_old_rows IS NULL THEN {REFUSE}; END IF; END",
)


def protect(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Make a table append-only. For migrations.

    Where a MySQL server with a binary log lets its users make no triggers, the ORM alone refuses.
    """
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(POSTGRESQL.format(table=table), params=None)
    elif vendor == "mysql":
        try:
            for statement in MYSQL:
                schema_editor.execute(statement.format(table=table), params=None)
        except DatabaseError as error:
            if not error.args or error.args[0] not in MYSQL_MAY_NOT:
                raise


def unprotect(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take `protect` back."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_is_final ON {table}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {table}_is_final()")
    elif vendor == "mysql":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")


@contextmanager
def removal_allowed() -> Iterator[None]:
    """Within it this connection may remove rows of append-only tables. Nobody else may meanwhile."""
    allow, forbid = _STATEMENTS.get(connection.vendor, ("", ""))
    with transaction.atomic():
        _say(allow)
        try:
            yield
        except BaseException:
            # Rolling back makes PostgreSQL forget it; MySQL's variables know no transactions.
            if connection.vendor == "mysql":
                _say(forbid)
            raise
        _say(forbid)


_STATEMENTS = {
    "postgresql": (POSTGRESQL_ALLOW, POSTGRESQL_FORBID),
    "mysql": (MYSQL_ALLOW, MYSQL_FORBID),
}


def _say(statement: str) -> None:
    if statement:
        with connection.cursor() as cursor:
            cursor.execute(statement)

"""`manage.py migrate` beside live traffic: it gives up rather than making everybody wait (R21)."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from auth_server_django.conf import conf
from auth_server_django.postgresql.base import DatabaseWrapper


class Command(migrate.Command):
    help = migrate.Command.help

    def handle(self, *args: Any, **options: Any) -> None:
        """Lift the time limit of statements, and wait for locks only as long as others may be kept waiting."""
        alias = options["database"]
        seconds = conf.DATABASE_MIGRATION_LOCK_SECONDS
        connection: Any = connections[alias]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT set_config('statement_timeout', '0', false)")
                if isinstance(connection, DatabaseWrapper):
                    connection.hurry(0)
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds}s"])
            elif connection.vendor == "mysql":
                cursor.execute("SET SESSION lock_wait_timeout = %s", [max(1, seconds)])
        super().handle(*args, **options)

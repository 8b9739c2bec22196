"""What must be true of the database before tables are made in it (`migrate` and `check --database default`)."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connections

IGNORES_CASE = "auth_server_django.E001"
TELLS_CASE = ("_bin", "_cs")


def check_collation(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An error for a MariaDB or MySQL database in which two key ids or tokens that differ by case are equal."""
    return [
        Error(
            f"The database {connections[alias].settings_dict['NAME']} has the collation {collation}, which "
            "does not tell upper from lower case.",
            hint="Before the first migrate: ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_bin.",
            id=IGNORES_CASE,
        )
        for alias in databases or ()
        if connections[alias].vendor == "mysql" and not (collation := _collation(alias)).endswith(TELLS_CASE)
    ]


def _collation(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT @@collation_database")
        return str(cursor.fetchone()[0])

"""Plans of the prepared statements: from indexes, however large the tables were when they were prepared."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, exchange, refresh
from tests.sessions.conftest import bearer

pytestmark = [
    pytest.mark.requirement("R22"),
    pytest.mark.services,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="statements are prepared on PostgreSQL"),
]
SCOPES = "openid profile phone offline_access"
# psycopg prepares once, PostgreSQL decides on a kept plan after five uses.
TIMES = 7
ROWS = 50_000
LOG = "obligations_app_oauthtokenlog"
FAMILIES = "custom_scopes_and_policies_app_refreshtoken"
GRANTS = "custom_scopes_and_policies_app_grant"
SESSIONS, PEOPLE, CONSENTS = (
    "sessions_app_ssosession",
    "accounts_app_user",
    "custom_scopes_and_policies_app_consent",
)
OF_USERINFO = 'SELECT "sub",'
SCANS = re.compile(r"Index (?:Only )?Scan")
TABLES = [FAMILIES, GRANTS, SESSIONS, PEOPLE, CONSENTS, LOG]
# What differs from the row that is copied: its key, and what is unique.
NEW = {
    FAMILIES: {"id": "gen_random_uuid()"},
    GRANTS: {"id": "1000000 + n", "code": "'c' || n"},
    SESSIONS: {"sid": "gen_random_uuid()"},
    PEOPLE: {
        "id": "1000000 + n",
        "sub": "gen_random_uuid()",
        "phone": "'+1' || n",
        "email_identifier": "NULL",
    },
    CONSENTS: {"id": "1000000 + n", "user_id": "1000000 + n"},
}


def use_everything(browser: OAuthBrowser) -> None:
    for _ in range(TIMES):
        tokens = exchange(Client(), browser.code(scope=SCOPES)).json()
        assert refresh(Client(), tokens["refresh_token"]).status_code == 200
        assert Client().get("/o/userinfo/", **bearer(tokens)).status_code == 200


def ask(sql: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


def grow(table: str) -> None:
    """Copy a row of the table many times."""
    columns = [str(row[0]) for row in ask(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", table
    )]  # fmt: skip
    values = ", ".join(NEW[table].get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    ask(
        f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608
        f"FROM (SELECT * FROM {table} LIMIT 1) one, generate_series(1, {ROWS}) n"
    )


def plans() -> dict[str, str]:
    """How each statement that this connection keeps prepared is carried out now."""
    kept = ask("SELECT name, statement, parameter_types::text[] FROM pg_prepared_statements")
    return {
        statement: "\n".join(
            row[0] for row in ask(f'EXPLAIN EXECUTE "{name}"({", ".join(example(kind) for kind in kinds)})')
        )
        for name, statement, kinds in kept
        if statement.startswith(("WITH", "\nSELECT", OF_USERINFO))
    }


def example(kind: str) -> str:
    values = {"uuid": "gen_random_uuid()", "timestamp with time zone": "now()", "boolean": "true"}
    if kind in {"smallint", "integer", "bigint"}:
        return "1"
    if kind in {"jsonb", "inet"}:
        return f"NULL::{kind}"
    return values.get(kind, "'{}'")


def assert_from_indexes() -> None:
    found = plans()
    assert any("custom_scopes_and_policies_app_grant SET" in statement for statement in found)
    assert any("generation" in statement and "UPDATE" in statement for statement in found)
    assert sum(statement.startswith("\nSELECT") for statement in found) == 2
    assert any(statement.startswith(OF_USERINFO) for statement in found)
    for plan in found.values():
        assert "Seq Scan" not in plan, plan
        # An index that is read from end to end is no better.
        assert plan.count("Index Cond") == len(SCANS.findall(plan)), plan


def test_plans_of_tables_that_were_empty_stay_index_scans(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.tokens(scope=SCOPES)
    connection.close()
    ask(f"TRUNCATE {FAMILIES}, {GRANTS} CASCADE")
    for table in TABLES:
        ask(f"ANALYZE {table}")
    use_everything(browser_of_somebody)
    for table in NEW:
        grow(table)
    # Growing: nobody has told the planner yet.
    assert_from_indexes()
    use_everything(browser_of_somebody)
    for table in TABLES:
        ask(f"ANALYZE {table}")
    assert_from_indexes()
    use_everything(browser_of_somebody)
    assert_from_indexes()

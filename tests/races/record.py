"""No change of state without its row, no row without its change: asked of the database itself after every race.

Plain SQL that every engine reads alike, because the servers of the races have databases of their own. Each statement
counts what is wrong; nothing may be.
"""

# ruff: noqa: S608 - the names of tables are ours

import contextlib
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
from django.db import connection

from custom_scopes_and_policies_app.models import (
    Application,
    Consent,
    DeviceAuthorization,
    Grant,
    RefreshToken,
)
from obligations_app.models import OAuthTokenLog
from scripts.databases import is_mysql, mysql_server
from scripts.live_server import LiveServer
from sessions_app.models import SsoSession
from tests.messaging.threads import in_thread

LOG = OAuthTokenLog._meta.db_table
FAMILIES = RefreshToken._meta.db_table
SESSIONS = SsoSession._meta.db_table
DEVICES = DeviceAuthorization._meta.db_table
CONSENTS = Consent._meta.db_table
CODES = Grant._meta.db_table
APPS = Application._meta.db_table


def rows(event: str, of: str = "") -> str:
    """How many rows an event has, of what `of` says about the row `log`."""
    return f"(SELECT COUNT(*) FROM {LOG} log WHERE log.event = '{event}'{f' AND {of}' if of else ''})"


def orphans(event: str, table: str, of: str) -> str:
    """How many rows of an event are about nothing that there is."""
    return (
        f"SELECT COUNT(*) FROM {LOG} log WHERE log.event = '{event}' "
        f"AND NOT EXISTS (SELECT 1 FROM {table} it WHERE {of})"
    )


def wrong(table: str, condition: str) -> str:
    return f"SELECT COUNT(*) FROM {table} it WHERE {condition}"


OF_FAMILY, OF_SESSION = "log.family = it.id", "log.sid = it.sid"
OF_APP = "log.client_id = it.client_id"
MOVED = f"{OF_FAMILY} AND log.reason <> 'repeated'"
ENDED = "CASE WHEN it.{} IS NULL THEN 0 ELSE 1 END"
OF_CONSENT = f"""log.user_id = it.user_id AND log.client_id = (
  SELECT app.client_id FROM {APPS} app WHERE app.id = it.application_id)"""
# The last word on a consent; its row is locked while it is changed, so that ids are in the order of the changes.
LAST_WORD = f"""(SELECT log.event FROM {LOG} log WHERE log.id = (SELECT MAX(log.id) FROM {LOG} log WHERE {OF_CONSENT}
  AND log.event IN ('consent.given', 'consent.lowered', 'consent.withdrawn')))"""
STATEMENTS = {
    "families that were not issued once": wrong(FAMILIES, f"{rows('token.issued', OF_FAMILY)} <> 1"),
    "issues without a family": orphans("token.issued", FAMILIES, OF_FAMILY) + " AND log.family IS NOT NULL",
    "generations without a row, or rows without one": wrong(
        FAMILIES, f"{rows('token.refreshed', MOVED)} <> it.generation"
    ),
    "refreshes of no family": orphans("token.refreshed", FAMILIES, OF_FAMILY),
    "families ended without a row, or more than one": wrong(
        FAMILIES, f"{rows('token.revoked', OF_FAMILY)} <> {ENDED.format('revoked_at')}"
    ),
    "sessions that were not started once": wrong(SESSIONS, f"{rows('session.started', OF_SESSION)} <> 1"),
    "starts of no session": orphans("session.started", SESSIONS, OF_SESSION),
    "sessions ended without a row, or more than one": wrong(
        SESSIONS, f"{rows('session.ended', OF_SESSION)} <> {ENDED.format('ended_at')}"
    ),
    "codes without a row": f"SELECT CASE WHEN {rows('code.issued')} < COUNT(*) THEN 1 ELSE 0 END FROM {CODES}",
    "devices without a row, or rows without one": (
        f"SELECT COUNT(*) - {rows('device.requested')} FROM {DEVICES} it"
    ),
    "tokens of devices that nobody approved": (
        f"SELECT CASE WHEN {rows('device.approved')} < COUNT(*) THEN 1 ELSE 0 END FROM {DEVICES} it "
        "WHERE it.state IN ('approved', 'redeemed')"
    ),
    "consents in force whose last word is another": wrong(
        CONSENTS,
        f"it.withdrawn_at IS NULL AND COALESCE({LAST_WORD}, '') NOT IN ('consent.given', 'consent.lowered')",
    ),
    "consents withdrawn without that as the last word": wrong(
        CONSENTS, f"it.withdrawn_at IS NOT NULL AND COALESCE({LAST_WORD}, '') <> 'consent.withdrawn'"
    ),
    "apps switched off or on without a row": wrong(
        APPS,
        f"{rows('client.disabled', OF_APP)} - {rows('client.enabled', OF_APP)} <> "
        "CASE WHEN it.is_enabled THEN 0 ELSE 1 END",
    ),
}


def assert_on_record_here() -> None:
    """Of the database of this process, which other threads have changed."""
    in_thread(lambda: assert_right(connection.cursor()))


def assert_on_record(server: LiveServer, more: Mapping[str, str] | None = None) -> None:
    """Of a running server's database, read past the server; `more` are statements on top."""
    with contextlib.closing(connect_to(server)) as direct:
        assert_right(direct.cursor(), {**STATEMENTS, **(more or {})})


def connect_to(server: LiveServer) -> Any:
    """A connection of our own to a running server's database."""
    url = server.environment["DATABASE_URL"]
    if url.startswith("postgres"):
        return psycopg.connect(url)
    if is_mysql(url):
        return pymysql.connect(**mysql_server(url), database=urlsplit(url).path.strip("/"))
    return sqlite3.connect(unquote(urlsplit(url).path))


def assert_right(cursor: Any, statements: Mapping[str, str] = STATEMENTS) -> None:
    """Nothing is wrong in the database that this cursor asks."""
    found: dict[str, int] = {}
    for what, statement in statements.items():
        cursor.execute(statement)
        if count := int(cursor.fetchone()[0]):
            found[what] = count
    assert not found, found

"""What must be true of a server's database after any fault, asked of the database itself, past the server.

To what `tests.races.record` asks (no change without its row in the log, none twice), this adds what tokens, sessions,
messages and keys have to be among themselves.
"""

# ruff: noqa: S608 - the names of tables are ours

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Grant, RefreshToken
from jwt_app.models import SigningKey
from messaging_app.models import OutboundMessage
from obligations_app.models import OAuthTokenLog
from scripts.live_server import LiveServer
from sessions_app.models import SsoSession
from tests.races.record import assert_on_record, wrong

FAMILIES, SESSIONS = RefreshToken._meta.db_table, SsoSession._meta.db_table
CODES, PEOPLE = Grant._meta.db_table, User._meta.db_table
MESSAGES, KEYS, LOG = (model._meta.db_table for model in (OutboundMessage, SigningKey, OAuthTokenLog))


def twice(table: str, *columns: str, where: str = "1 = 1") -> str:
    """How many values of these columns are there more than once."""
    names = ", ".join(columns)
    return (
        f"SELECT COUNT(*) FROM (SELECT {names} FROM {table} WHERE {where} GROUP BY {names} "
        "HAVING COUNT(*) > 1) AS repeated"
    )


STATEMENTS = {
    "used codes without their family": wrong(
        CODES,
        "it.consumed_at IS NOT NULL AND (it.family IS NULL OR NOT EXISTS "
        f"(SELECT 1 FROM {FAMILIES} family WHERE family.id = it.family))",
    ),
    "families of codes that are not used": wrong(CODES, "it.consumed_at IS NULL AND it.family IS NOT NULL"),
    "families that two codes gave": twice(CODES, "family", where="family IS NOT NULL"),
    "live families of ended sessions": wrong(
        FAMILIES,
        "it.revoked_at IS NULL AND EXISTS "
        f"(SELECT 1 FROM {SESSIONS} session WHERE session.sid = it.sid AND session.ended_at IS NOT NULL)",
    ),
    "live families of people who are shut out": wrong(
        FAMILIES,
        "it.revoked_at IS NULL AND EXISTS "
        f"(SELECT 1 FROM {PEOPLE} person WHERE person.id = it.user_id AND NOT person.is_active)",
    ),
    "refreshes that two requests won": twice(
        LOG, "jti", where="event = 'token.refreshed' AND reason <> 'repeated' AND jti <> ''"
    ),
    "messages of one key": twice(MESSAGES, "idempotency_key"),
    "messages sent without having been tried": wrong(MESSAGES, "it.status = 'sent' AND it.attempts = 0"),
    "numbers of two people": twice(PEOPLE, "phone", where="phone IS NOT NULL"),
    "algorithms with two keys that sign": twice(KEYS, "algorithm", where="state = 'active'"),
    "no key that signs": f"SELECT CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END FROM {KEYS} it WHERE it.state = 'active'",
}


def assert_whole(server: LiveServer) -> None:
    """Nothing half done, nothing lost, nothing twice."""
    assert_on_record(server, STATEMENTS)

"""Owns making a database big as years of use would: copies of one real row of each kind, by SQL, in the real schema.

Columns that a copy must not share get values of their own; all others are the real row's, whatever they are called.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

# Of every hundred families and log rows so many are over: what a clean-up that was late by weeks would find.
OVER_PERCENT = 20
# Sign-ins, and token families, of one person on one device.
FAMILIES_OF_ONE = 10
OWNER = f"number / {FAMILIES_OF_ONE} + 1"
# Like `core_app.ids.time_ordered_uuid`: 48 bits of time first, and then bits that differ from number to number.
_MADE_AT = "(now() - interval '30 days' + {number} * interval '2 seconds')"
_UUID = (
    "(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7' || substr(md5({salt} || {number}), 1, 3)"
    " || '8' || substr(md5({salt} || {number}), 4, 15))::uuid"
)
_IS_OVER = f"number % 100 < {OVER_PERCENT}"


def uuid_of(kind: str, number: str = "number") -> str:
    """SQL for the id of the copy of that number."""
    return _UUID.format(at=_MADE_AT.format(number=number), salt=f"'{kind}'", number=number)


@dataclass(frozen=True, slots=True)
class Copies:
    """What to copy: the newest row of `table`, with `values` (SQL over `number`) instead of its own.

    `each`: one copy for so many families.
    """

    table: str
    values: Mapping[str, str]
    each: int = 1


COPIES = (
    Copies(
        "accounts_app_user",
        {
            "id": "1000000 + number",
            "sub": "gen_random_uuid()",
            "phone": "'+9768' || lpad(number::text, 8, '0')",
            "email": "''",
            "email_identifier": "NULL",
        },
        each=FAMILIES_OF_ONE,
    ),
    Copies(
        "sessions_app_device",
        {
            "id": uuid_of("device"),
            "user_id": "1000000 + number",
            "browser_hash": "md5('a' || number) || md5('b' || number)",
        },
        each=FAMILIES_OF_ONE,
    ),
    Copies(
        "sessions_app_ssosession",
        {
            "sid": uuid_of("session"),
            "user_id": f"1000000 + {OWNER}",
            "device_id": uuid_of("device", f"({OWNER})"),
        },
    ),
    Copies(
        "custom_scopes_and_policies_app_refreshtoken",
        {
            "id": uuid_of("family"),
            "user_id": f"1000000 + {OWNER}",
            "sid": uuid_of("session"),
            "seed": "decode(md5('c' || number) || md5('d' || number), 'hex')",
            "expires_at": f"now() + CASE WHEN {_IS_OVER} THEN interval '-60 days' ELSE interval '20 days' END"
            " + number * interval '1 second'",
        },
    ),
    Copies(
        "obligations_app_oauthtokenlog",
        {
            "id": "1000000 + number",
            "user_id": f"1000000 + {OWNER}",
            "sid": uuid_of("session"),
            "family": uuid_of("family"),
            "jti": "md5('e' || number)",
            "request_id": "substr(md5('f' || number), 1, 16)",
            "at": f"now() - CASE WHEN {_IS_OVER} THEN interval '500 days' ELSE interval '60 days' END"
            " + number * interval '1 second'",
            "ip": "('10.' || number / 65536 % 256 || '.' || number / 256 % 256 || '.' || number % 256)::inet",
        },
    ),
)


def fill(url: str, number: int) -> None:
    """Copy rows until there are `number` more families and log rows. Raises psycopg.Error."""
    with psycopg.connect(url) as connection:
        # The copies refer to one another; checking a million times that they do says nothing about the server.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET statement_timeout = 0")
        for copies in COPIES:
            # One more for the last of them, whose owner is rounded up.
            connection.execute(_statement(connection, copies, number // copies.each + (copies.each > 1)))
        connection.commit()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _statement(
    connection: "psycopg.Connection[tuple[object, ...]]", copies: Copies, number: int
) -> sql.Composed:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        [copies.table],
    ).fetchall()
    names = [str(row[0]) for row in found]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    values = sql.SQL(", ").join(
        sql.SQL(copies.values[name])
        if name in copies.values
        else sql.SQL("real.{}").format(sql.Identifier(name))
        for name in names
    )
    newest = sql.SQL("(SELECT * FROM {} ORDER BY {} DESC LIMIT 1)").format(
        sql.Identifier(copies.table), sql.Identifier(next(iter(copies.values)))
    )
    return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} AS real, generate_series(1, {}) AS number").format(
        sql.Identifier(copies.table), columns, values, newest, sql.Literal(number)
    )

"""Statements are counted as they go over the wire, whole or in pieces."""

import struct
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from bench.wiretap import Counts, Reader, tapped

STARTUP = struct.pack("!II", 9, 196608) + b"\0"
ENCRYPTION = struct.pack("!II", 8, 80877103)


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


CONVERSATION = b"".join(
    [
        ENCRYPTION,
        STARTUP,
        message(b"Q", b"BEGIN\0"),
        message(b"Q", b"SELECT 1\0"),
        message(b"P", b"one\0UPDATE families SET generation = $1\0\0\0"),
        message(b"B", b"\0one\0\0\0\0\0\0\0"),
        message(b"E", b"\0\0\0\0\0"),
        message(b"S", b""),
        message(b"B", b"\0one\0\0\0\0\0\0\0"),
        message(b"E", b"\0\0\0\0\0"),
        message(b"S", b""),
        message(b"Q", b"SELECT name FROM clients; COMMIT\0"),
    ]
)


@pytest.mark.parametrize("piece", [1, 7, len(CONVERSATION)])
def test_statements_transactions_and_waits_are_told_apart(piece: int) -> None:
    counts = Counts()
    reader = Reader(counts)
    for start in range(0, len(CONVERSATION), piece):
        reader.feed(CONVERSATION[start : start + piece])
    assert (counts.statements, counts.writes, counts.control, counts.round_trips) == (3, 2, 3, 5)
    assert counts.texts[-1] == "SELECT name FROM clients"


@pytest.mark.django_db
def test_a_real_connection_is_counted_and_works() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the proxy speaks PostgreSQL's protocol only")
    settings = connection.settings_dict
    with tapped(settings["HOST"] or "127.0.0.1", int(settings["PORT"] or 5432)) as (port, counts):
        url = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@127.0.0.1:{port}/{settings['NAME']}"
        assert urlsplit(url).port == port
        with psycopg.connect(url, autocommit=True) as through:
            assert through.execute("SELECT %s::int + 1", [1]).fetchone() == (2,)
            assert through.execute("SELECT 40 + 2").fetchone() == (42,)
    assert counts.statements == 2

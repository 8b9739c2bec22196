"""Owns how many bytes of the database an operation leaves behind: tables with their indexes, before and after many."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from bench.browser import Browser
from bench.operations import OPERATIONS, User
from bench.our_server import Prepared

SIGN_INS = 96
CODES = 600
REFRESHES = 1200
_SIZES = """
SELECT c.relname, pg_total_relation_size(c.oid), pg_relation_size(c.oid), greatest(c.reltuples, 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public'
"""


class WrongAnswer(Exception):
    """An operation that was done to see its traces got an answer that is not as it has to be."""


@dataclass(frozen=True, slots=True)
class Size:
    """A table: its rows, the bytes of it with indexes and TOAST, and those of its rows alone."""

    table: str
    rows: int
    total: int
    heap: int


@dataclass(frozen=True, slots=True)
class Left:
    """What one operation leaves, on average over `times`: bytes, and rows by table."""

    operation: str
    times: int
    bytes: float
    rows: dict[str, float]


def sizes(url: str) -> list[Size]:
    """Every table, after a VACUUM, so that dead rows' space counts as free. Raises psycopg.Error."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        return [
            Size(str(row[0]), int(row[3]), int(row[1]), int(row[2]))
            for row in connection.execute(_SIZES).fetchall()
        ]


def measure_bytes(ours: Prepared, users: list[User]) -> list[Left]:
    """Do each operation many times and see what grew. Raises FlowFailed, WrongAnswer."""
    url = ours.environment["DATABASE_URL"]
    found = [
        _left(url, "sign-in on a new device, with tokens", SIGN_INS, lambda number: _sign_in(users, number)),
        _left(
            url,
            "code flow of a signed-in person",
            CODES,
            lambda number: _do(users, number, "authorization_code"),
        ),
    ]
    for user in users:
        user.renew()
    return [*found, _left(url, "refresh", REFRESHES, lambda number: _do(users, number, "refresh"))]


def _left(url: str, operation: str, times: int, work: Callable[[int], None]) -> Left:
    before = {size.table: size for size in sizes(url)}
    for number in range(times):
        work(number)
    after = sizes(url)
    grown = {size.table: size.rows - before[size.table].rows for size in after}
    total = sum(size.total - before[size.table].total for size in after)
    rows = {table: round(count / times, 3) for table, count in sorted(grown.items()) if count}
    return Left(operation, times, round(total / times, 1), rows)


def _sign_in(users: list[User], number: int) -> None:
    """The same people, each time in a browser that nobody has seen."""
    user = users[number % len(users)]
    Browser(user.target, user.browser.number, user.browser.send).sign_in()


def _do(users: list[User], number: int, operation: str) -> None:
    user = users[number % len(users)]
    turns = OPERATIONS[operation](user)
    item = next(turns)
    while isinstance(item, bytes):
        item = turns.send(user.browser.send(item))
    if item:
        raise WrongAnswer(item)

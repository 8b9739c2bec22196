"""Owns a database of a random name on the server that a URL names, for as long as one `with` lasts."""

import contextlib
import functools
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
from psycopg import sql

CONNECT_SECONDS = 3
IN_USE = 120


def is_mysql(url: str) -> bool:
    """Whether the URL names MariaDB or MySQL."""
    return urlsplit(url).scheme == "mysql"


def mysql_server(url: str) -> dict[str, Any]:
    """What PyMySQL needs to reach the server of `url`, whatever database the URL names."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": IN_USE,
    }


def postgres_server(url: str) -> str:
    """The URL of the same server's database `postgres`, which is always there."""
    return urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()


@contextlib.contextmanager
def fresh_database(url: str, folder: Path, *, like: str = "") -> Iterator[str]:
    """The URL of an empty database that is gone afterwards; SQLite in `folder` when `url` names no server.

    `like` is the URL of one of the same kind that nobody is connected to: it begins as a copy of that. MariaDB cannot.
    """
    name = f"live_{uuid.uuid4().hex[:12]}"
    make: Callable[[str, str], contextlib.AbstractContextManager[None]]
    if url.startswith("postgres"):
        make = functools.partial(_on_postgres, template=urlsplit(like).path.strip("/") or "template1")
    elif is_mysql(url):
        make = _on_mysql
    else:
        if like:
            shutil.copyfile(urlsplit(like).path, folder / "db.sqlite3")
        yield f"sqlite:///{folder}/db.sqlite3"
        return
    with make(url, name):
        yield urlsplit(url)._replace(path=f"/{name}").geturl()


@contextlib.contextmanager
def _on_postgres(url: str, name: str, *, template: str) -> Iterator[None]:
    names = (sql.Identifier(name), sql.Identifier(template))
    _run_on_postgres(url, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    try:
        yield
    finally:
        # A connection of its own: faults in between may have broken one that was kept.
        _run_on_postgres(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run_on_postgres(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(
        postgres_server(url), autocommit=True, connect_timeout=CONNECT_SECONDS
    ) as connection:
        connection.execute(statement)


@contextlib.contextmanager
def _on_mysql(url: str, name: str) -> Iterator[None]:
    _run_on_mysql(url, f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    try:
        yield
    finally:
        _run_on_mysql(url, f"DROP DATABASE {name}")


def _run_on_mysql(url: str, statement: str) -> None:
    with contextlib.closing(pymysql.connect(**mysql_server(url))) as connection:
        connection.cursor().execute(statement)

"""Owns the peer: node-oidc-provider on the same PostgreSQL, installed when it is missing, a server a variant."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from bench.running import inherited, run, running
from bench.services import Services
from bench.target import Target, read_targets
from scripts.databases import postgres_server

FOLDER = Path(__file__).resolve().parent / "peer"
HEAP_MEGABYTES = 4000


class NoPeer(Exception):
    """Node.js or npm is missing; the message says what to install."""


def install() -> None:
    """`npm ci` when it was not done for this lock file. Raises NoPeer, DidNotStart."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NoPeer("The peer needs Node.js 20 or newer with npm on the PATH.")
    lock, done = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        run(["npm", "ci", "--no-audit", "--no-fund"], folder=FOLDER, environment=os.environ)
        done.touch()


@contextlib.contextmanager
def role(services: Services) -> Iterator[str]:
    """A database URL for the peer: a role with a password of its own and an empty database, gone afterwards."""
    name, password = f"peer_{secrets.token_hex(4)}", secrets.token_urlsafe(24)
    url = postgres_server(services.database_url)
    identifier = sql.Identifier(name)
    _run(url, sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(identifier, sql.Literal(password)))
    try:
        _run(url, sql.SQL("CREATE DATABASE {} OWNER {}").format(identifier, identifier))
        host = services.database(name).partition("@")[2].partition("?")[0]
        yield f"postgres://{name}:{password}@{host}"
    finally:
        _run(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        _run(url, sql.SQL("DROP ROLE {}").format(identifier))


def targets() -> dict[str, Target]:
    """The peer's variants, with a secret for this run."""
    return read_targets("peer", secrets.token_urlsafe(48))


@contextlib.contextmanager
def serving(target: Target, *, database: str, folder: Path, processes: int, cores: set[int]) -> Iterator[int]:
    """Serve one variant; yields the process group. Raises DidNotStart."""
    environment = {
        **inherited(),
        "NODE_ENV": "production",
        "PORT": str(target.port),
        "DATABASE": database,
        # A table for each variant, so that none works in what another has left.
        "TABLE": target.name.replace("/", "_").replace("-", "_"),
        "CLIENT_SECRET": target.web.secret,
        "ACCESS_TOKENS": target.access_tokens,
        "ALGORITHM": target.algorithm,
        "PROCESSES": str(processes),
    }
    with running(
        ["node", f"--max-old-space-size={HEAP_MEGABYTES}", "app.mjs"],
        port=target.port,
        folder=FOLDER,
        environment=environment,
        log=folder / f"{target.name.replace('/', '-')}-{processes}.log",
        cores=cores,
    ) as group:
        yield group


def _run(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)

"""Owns the PostgreSQL and Redis of this machine that both servers use: addresses, processes, settings."""

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg
import redis

from bench.cpu import processes
from scripts.databases import postgres_server

POSTGRES = "BENCH_DATABASE_URL"
REDIS = "BENCH_REDIS_URL"
SETTINGS = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size",
)  # fmt: skip


class NotDurable(Exception):
    """The database loses what it has confirmed when the machine stops: figures from it would flatter us."""


@dataclass(frozen=True, slots=True)
class Services:
    """The addresses and processes of the database and the cache. `facts` are for the page."""

    database_url: str
    redis_url: str
    postgres_pid: int
    redis_pid: int
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def pids(self) -> frozenset[int]:
        """The database's first process and Redis'."""
        return frozenset({self.postgres_pid, self.redis_pid})

    def database(self, name: str) -> str:
        """The URL of another database there. Without TLS: both servers talk to it over the loopback."""
        parts = urlsplit(self.database_url)
        return parts._replace(path=f"/{name}", query="sslmode=disable").geturl()


def find_services() -> Services:
    """Ask both who they are. Raises psycopg.Error, redis.RedisError and NotDurable."""
    database_url = os.environ.get(POSTGRES, "postgres://postgres@127.0.0.1:5432/postgres")
    redis_url = os.environ.get(REDIS, "redis://127.0.0.1:6379/9")
    with psycopg.connect(postgres_server(database_url), autocommit=True) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        facts = {f"PostgreSQL {name}": _setting(connection, name) for name in SETTINGS}
        parents = {process.pid: process.parent for process in processes()}
        postgres_pid = parents.get(row[0], 0) if row else 0
    if {facts["PostgreSQL fsync"], facts["PostgreSQL synchronous_commit"]} != {"on"}:
        raise NotDurable(
            "fsync or synchronous_commit is off in this PostgreSQL; name a durable one by " + POSTGRES
        )
    with redis.Redis.from_url(redis_url) as client:
        told = client.info("server")
    facts["Redis"] = str(told["redis_version"])
    return Services(database_url, redis_url, postgres_pid, int(told["process_id"]), facts)


def _setting(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""

"""A server whose Redis is its own, so that a test may empty it, kill it and start it again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from scripts.live_server import LiveServer, free_port, live_server
from tests.faults.fake_gateway import FakeGateway

START_SECONDS = 10


@dataclass
class PrivateRedis:
    """A redis-server of one test, with nothing on disk."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        client = redis.Redis.from_url(
            self.url, retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.1), 100)
        )
        client.ping()

    def flush(self) -> None:
        redis.Redis.from_url(self.url).flushall()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(START_SECONDS)
            self.process = None


@contextmanager
def private_redis(folder: Path) -> Iterator[PrivateRedis]:
    store = PrivateRedis(folder)
    store.start()
    try:
        yield store
    finally:
        store.kill()


@contextmanager
def server_with(store: PrivateRedis, vendor: FakeGateway, **settings: str) -> Iterator[LiveServer]:
    """A server on the database of this run, with its Redis and its vendor of SMS."""
    environment = {
        "REDIS_URL": store.url,
        "SMS_ROUTES": "*=vendor",
        "MESSAGING_DELIVERY": "thread",
        "TRUSTED_PROXIES": "127.0.0.1/32",
        **vendor.options("VENDOR"),
        **settings,
    }
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **environment) as server:
        yield server

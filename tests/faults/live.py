"""A server whose Redis is its own, so that a test may empty it, kill it and start it again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import redis

from scripts.live_server import ROOT, LiveServer, free_port, live_server
from tests.faults.fake_gateway import FakeGateway
from tests.faults.proxy import FaultyProxy
from tests.faults.workers import wait_until

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

    def pause(self) -> None:
        """It takes connections and answers nothing."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

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
def server_with(
    store: "PrivateRedis | FaultyProxy", vendor: FakeGateway, *, database_url: str = "", **settings: str
) -> Iterator[LiveServer]:
    """A server on the database of this run, with its Redis (or the line to it) and its vendor of SMS."""
    environment = {
        "REDIS_URL": f"redis://127.0.0.1:{store.port}/0",
        "SMS_ROUTES": "*=vendor",
        "MESSAGING_DELIVERY": "thread",
        "TRUSTED_PROXIES": "127.0.0.1/32",
        **vendor.options("VENDOR"),
        **settings,
    }
    with live_server(
        database_url=database_url or os.environ.get("DATABASE_URL", ""), **environment
    ) as server:
        yield server


def processes_of(server: LiveServer) -> set[int]:
    """The processes that answer requests."""
    found: set[int] = set()
    for task in Path(f"/proc/{server.process.pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            found |= {int(child) for child in (task / "children").read_text().split()}
    return found


@contextmanager
def line_to_database() -> Iterator[tuple[FaultyProxy, str]]:
    """A proxy in front of the database server of this run, and DATABASE_URL through it."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    upstream = (parts.hostname or "127.0.0.1", parts.port or (5432 if "post" in parts.scheme else 3306))
    user_info = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    with FaultyProxy(upstream).running() as line:
        # In the clear, so that a trap sees what goes over it.
        query = "sslmode=disable" if "post" in parts.scheme else parts.query
        yield line, parts._replace(netloc=f"{user_info}127.0.0.1:{line.port}", query=query).geturl()


@contextmanager
def second_server(first: LiveServer) -> Iterator[LiveServer]:
    """Another server of the same installation: its database, Redis, keys and issuer; only the port is its own."""
    port = free_port()
    environment = {**first.environment, "PORT": str(port)}
    log = first.log.with_name("second.log")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    second = LiveServer(first.url, port, environment, log, process)
    try:
        wait_until(lambda: is_ready(port))
        yield second
    finally:
        second.stop()


def is_ready(port: int) -> bool:
    """Whether a load balancer would let requests in."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == 200

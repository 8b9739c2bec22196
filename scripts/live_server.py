"""Owns a real server for a while: a free port, a database and keys of its own, begun and ended by one `with`.

The demonstration, the browser test and the race tests use it. It shows nothing of the developer's own `.env`.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 10
LOG_TAIL_LINES = 40

# Set to nothing on purpose: settings read `.env` only for names that the environment does not have.
_NOT_FROM_DOTENV = (
    "REDIS_URL", "CELERY_BROKER_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "PHONE_COUNTRIES",
)  # fmt: skip


class ServerFailed(Exception):
    """The server did not start or could not be prepared; the message ends with its last lines of output."""


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A running server: `url` is its issuer and origin, `log` the file that holds what it prints."""

    url: str
    port: int
    environment: Mapping[str, str]
    log: Path

    def manage(self, *arguments: str) -> str:
        """Run a management command against this server's database; its output. Raises ServerFailed."""
        return _manage(self.environment, *arguments)


@contextlib.contextmanager
def live_server(*, database_url: str = "", **settings: str) -> Iterator[LiveServer]:
    """Prepare and start a server, hand it over, stop it and remove what it made.

    `database_url` may name a PostgreSQL server: a database of a random name is made there. Empty: SQLite in a
    temporary folder. `settings` are environment variables on top, such as `REDIS_URL`.
    """
    with (
        tempfile.TemporaryDirectory(prefix="auth-live-") as folder,
        _database(database_url, folder) as database,
    ):
        port = free_port()
        environment = _environment(Path(folder), port, database, settings)
        _manage(environment, "bootstrap")
        log = Path(folder) / "server.log"
        process = _start(environment, log)
        try:
            url = f"http://localhost:{port}"
            _wait_until_it_answers(url, process, log)
            yield LiveServer(url=url, port=port, environment=environment, log=log)
        finally:
            _stop(process)


def free_port() -> int:
    """A TCP port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(folder: Path, port: int, database: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **dict.fromkeys(_NOT_FROM_DOTENV, ""),
        "DJANGO_SETTINGS_MODULE": "auth_server_django.settings",
        "DEBUG": "1",
        "DEMO": "1",
        "MESSAGING_KEEP_BODIES": "1",
        "PORT": str(port),
        "ISSUER_URL": f"http://localhost:{port}",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MASTER_KEYS": secrets.token_urlsafe(32),
        "DEMO_API_SECRET": secrets.token_urlsafe(32),
        "JWT_PRIVATE_KEY": str(folder / "private.pem"),
        "JWT_ALGORITHM": "RS256",
        "DATABASE_URL": database,
        "EMAIL_URL": "consolemail://",
        "SMS_ROUTES": "*=console",
        **settings,
    }


@contextlib.contextmanager
def _database(url: str, folder: str) -> Iterator[str]:
    """The URL of an empty database that is gone afterwards."""
    if not url.startswith("postgres"):
        yield f"sqlite:///{folder}/db.sqlite3"
        return
    name = f"live_{uuid.uuid4().hex[:12]}"
    server = urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _manage(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerFailed(f"manage.py {arguments[0]} failed:\n{_tail(done.stdout + done.stderr)}")
    return done.stdout


def _start(environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the server's own children stop with it
        )


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerFailed(f"manage.py serve ended with {process.returncode}:\n{_tail(log.read_text())}")
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{url}/.well-known/jwks.json", timeout=2, trust_env=False)
            return
        time.sleep(0.1)
    raise ServerFailed(f"{url} did not answer within {START_SECONDS} s:\n{_tail(log.read_text())}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
        try:
            process.wait(STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-LOG_TAIL_LINES:])

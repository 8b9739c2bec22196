"""Owns a real server for a while: a free port, a database and keys of its own, begun and ended by one `with`.

The demonstration, the browser test and the race tests use it. It shows nothing of the developer's own `.env`.
"""

import atexit
import contextlib
import functools
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from scripts.databases import fresh_database, is_mysql

ROOT = Path(__file__).resolve().parent.parent
# What a very busy machine may take; nothing waits longer than it has to.
START_SECONDS = 240
STOP_SECONDS = 30
LOG_TAIL_LINES = 40
_PORTS = range(20_000, 32_000)
_chance = secrets.SystemRandom()
_claims: list[socket.socket] = []
# Goes with this process.
_kept = contextlib.ExitStack()
atexit.register(_kept.close)

# Set to nothing on purpose: settings read `.env` only for names that the environment does not have.
_NOT_FROM_DOTENV = (
    "REDIS_URL", "CELERY_BROKER_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "PHONE_COUNTRIES",
)  # fmt: skip


class ServerFailed(Exception):
    """The server did not start or could not be prepared; the message ends with its last lines of output."""


@dataclass(slots=True)
class LiveServer:
    """A running server: `url` is its issuer and origin, `log` the file that holds what it prints."""

    url: str
    port: int
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes]"

    def manage(self, *arguments: str) -> str:
        """Run a management command against this server's database; its output. Raises ServerFailed."""
        return _manage(self.environment, *arguments)

    def restart(self) -> None:
        """Stop the server and start it again on the same port and database. Raises ServerFailed."""
        self.stop()
        self.process = _start(self.environment, self.log)
        _wait_until_it_answers(self)

    def stop(self) -> None:
        """Stop it, with its children. A second time does nothing."""
        _stop(self.process)


@contextlib.contextmanager
def live_server(*, database_url: str = "", **settings: str) -> Iterator[LiveServer]:
    """Prepare and start a server, hand it over, stop it and remove what it made.

    `database_url` may name a PostgreSQL or MariaDB server: a database of a random name is made there. Empty:
    SQLite in a temporary folder. `settings` are environment variables on top, such as `REDIS_URL`.
    """
    with (
        tempfile.TemporaryDirectory(prefix="auth-live-") as folder,
        fresh_database(database_url, Path(folder), like=_with_tables(database_url)) as database,
    ):
        port = free_port()
        environment = _environment(Path(folder), port, database, settings)
        _manage(environment, "bootstrap")
        log = Path(folder) / "server.log"
        server = LiveServer(f"http://localhost:{port}", port, environment, log, _start(environment, log))
        try:
            _wait_until_it_answers(server)
            yield server
        finally:
            server.stop()


@functools.cache
def _with_tables(database_url: str) -> str:
    """The URL of a database with every table, made once: what each server of this process begins with.

    "" where a database cannot be copied; the server makes its tables itself then.
    """
    if is_mysql(database_url):
        return ""
    folder = Path(_kept.enter_context(tempfile.TemporaryDirectory(prefix="auth-tables-")))
    database = _kept.enter_context(fresh_database(database_url, folder))
    _manage(_environment(folder, 0, database, {}), "migrate", "--verbosity=0")
    return database


def free_port() -> int:
    """A TCP port of this machine that nothing listens on, and that nobody else is given while this process lives.

    It is below those that systems give to outgoing connections: nothing takes it by chance before somebody listens.
    Raises ServerFailed.
    """
    for port in _chance.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            _claim(port)
            return port
    raise ServerFailed("there is no free port")


def _claim(port: int) -> None:
    """Hold the UDP port of the same number, which only one process can. Raises OSError when another does."""
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        raise
    _claims.append(claim)


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
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the server's own children stop with it
        )


def _wait_until_it_answers(server: LiveServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if (code := server.process.poll()) is not None:
            raise ServerFailed(f"manage.py serve ended with {code}:\n{_tail(server.log.read_text())}")
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{server.url}/.well-known/jwks.json", timeout=2, trust_env=False)
            return
        time.sleep(0.1)
    raise ServerFailed(
        f"{server.url} did not answer within {START_SECONDS} s:\n{_tail(server.log.read_text())}"
    )


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

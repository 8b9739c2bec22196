"""Worker processes on the database of the test itself, which is the other worker: so nothing else has to be started."""

import contextlib
import email
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connections

from scripts.live_server import ROOT

# A busy machine may take minutes to start a few processes; nothing waits longer than it has to.
PATIENCE = 300.0
LOOKS_EVERY = 0.1


def environment(**settings: str) -> dict[str, str]:
    """What a worker needs to be one of this test's installation."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "auth_server_django.settings",
        "DATABASE_URL": _database_url(),
        "CELERY_BROKER_URL": "",
        "MESSAGING_DELIVERY": "celery",
        "EMAIL_URL": "consolemail://",
        "PHONE_COUNTRIES": "*",
        **settings,
    }


@contextmanager
def process(*command: str, surroundings: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python process of this project, which is gone afterwards."""
    worker = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=dict(surroundings),
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # beat is a child of the worker and ends with it
    )
    try:
        yield worker
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(PATIENCE)


def wait_until(happened: Callable[[], bool]) -> None:
    """Look again and again, with a little patience."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        pause.wait(LOOKS_EVERY)


def letters_in(mailbox: Path) -> list[Message]:
    """Django names a file by second and connection, so that several letters may stand in one."""
    parts = (part for path in mailbox.iterdir() for part in path.read_bytes().split(b"-" * 79 + b"\n"))
    return [email.message_from_bytes(part) for part in parts if part.strip()]


def _database_url() -> str:
    """The test database, which is not the one that DATABASE_URL names."""
    name = str(connections.settings["default"]["NAME"])
    url = os.environ.get("DATABASE_URL", "")
    return (
        f"sqlite:///{name}"
        if url.startswith("sqlite") or not url
        else urlsplit(url)._replace(path=f"/{name}").geturl()
    )

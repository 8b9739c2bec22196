"""Real servers for the races, on the database that DATABASE_URL names, and many callers at one moment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.live_server import LiveServer, live_server
from tests.faults.fake_gateway import FakeGateway
from tests.races.counted import FILE


def services() -> dict[str, str]:
    """The Redis of this run. Each worker's servers have a database of their own in it, beside the worker's own."""
    if not os.environ.get("REDIS_URL"):
        return {}
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = 8 + int(worker.removeprefix("gw")) % 7 if worker else 9
    return {"REDIS_URL": f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"}


@pytest.fixture(scope="session")
def running() -> Iterator[LiveServer]:
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **services()) as server:
        server.manage(
            "create_client", "--name", "Race", "--client-id", "race", "--public", "--first-party",
            "--redirect-uri", "http://localhost/callback",
        )  # fmt: skip
        server.manage(
            "create_client", "--name", "Race API", "--client-id", "race-api", "--client-secret", API_SECRET,
            "--may-introspect",
        )  # fmt: skip
        server.manage("create_person", "--phone", "+97688112233", "--password", PASSWORD)
        yield server


@pytest.fixture(scope="session")
def vendor() -> Iterator[FakeGateway]:
    """Where the SMS of `phones` go."""
    with FakeGateway().running() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def checked_passwords(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a line for every password that `phones` has hashed or checked."""
    path = tmp_path_factory.mktemp("phones") / "checked"
    path.touch()
    return path


@pytest.fixture(scope="session")
def phones(vendor: FakeGateway, checked_passwords: Path) -> Iterator[LiveServer]:
    """A server whose callers come through a proxy, each from an address of its own, with SMS over real HTTP.

    What guards secrets and money has the figures of the product; what only slows down a client is out of the way.
    """
    settings = {
        "SMS_ROUTES": "*=vendor",
        "MESSAGING_DELIVERY": "thread",
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "WEB_THREADS": "32",
        "API_CALLS_PER_SESSION": "1000",
        "DJANGO_SETTINGS_MODULE": "tests.races.settings",
        FILE: str(checked_passwords),
        **vendor.options("VENDOR"),
        **services(),
    }
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **settings) as server:
        yield server


API_SECRET = "race-api-secret-of-a-resource-server"
PASSWORD = "correct horse battery"

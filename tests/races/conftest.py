"""Real servers for the races, on the database that DATABASE_URL names, and many callers at one moment."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.live_server import LiveServer, live_server
from tests.faults.fake_gateway import FakeGateway
from tests.races.counted import FILE
from tests.races.record import assert_on_record, assert_on_record_here


def services() -> dict[str, str]:
    """The Redis of this run. Each worker's servers have a database of their own in it, beside the worker's own."""
    if not os.environ.get("REDIS_URL"):
        return {}
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = 8 + int(worker.removeprefix("gw")) % 7 if worker else 9
    return {"REDIS_URL": f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"}


SERVERS = ("running", "phones", "rotating")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, Any, Any]:
    """After each race: no change of state without its row, and no row without its change (L01).

    A hook, not a fixture: it has to come after the test and before any of its fixtures goes, and set up none of them.
    """
    outcome = yield
    for server in (item.funcargs[name] for name in SERVERS if name in item.funcargs):
        assert isinstance(server, LiveServer)
        assert_on_record(server)
    if "shared_database" in item.fixturenames:
        assert_on_record_here()
    return outcome


@pytest.fixture(scope="module")
def running() -> Iterator[LiveServer]:
    """With a Redis two processes: what is decided in the memory of one of them is not decided.

    It stops with its module: each of its threads holds a connection, and a database has no more than a hundred.
    """
    settings = {
        "WEB_PROCESSES": "2" if services() else "1",
        "WEB_THREADS": "32",
        "USER_CODE_TRIES_PER_PERSON": "1000",
        **services(),
    }
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **settings) as server:
        server.manage(
            "create_client", "--name", "Race", "--client-id", "race", "--public", "--first-party",
            "--redirect-uri", "https://race.example/callback",
        )  # fmt: skip
        server.manage(
            "create_client", "--name", "Race API", "--client-id", "race-api", "--client-secret", API_SECRET,
            "--may-introspect",
        )  # fmt: skip
        server.manage("create_person", "--phone", "+97688112233", "--password", PASSWORD)
        yield server


@pytest.fixture(scope="module")
def vendor() -> Iterator[FakeGateway]:
    """Where the SMS of `phones` go."""
    with FakeGateway().running() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def checked_passwords(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a line for every password that `phones` has hashed or checked."""
    path = tmp_path_factory.mktemp("phones") / "checked"
    path.touch()
    return path


@pytest.fixture(scope="module")
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

"""A real server for the races, on the database that DATABASE_URL names, and many callers at one moment."""

import os
from collections.abc import Iterator

import pytest

from scripts.live_server import LiveServer, live_server


@pytest.fixture(scope="session")
def running() -> Iterator[LiveServer]:
    services = {"REDIS_URL": os.environ["REDIS_URL"]} if os.environ.get("REDIS_URL") else {}
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **services) as server:
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


API_SECRET = "race-api-secret-of-a-resource-server"
PASSWORD = "correct horse battery"

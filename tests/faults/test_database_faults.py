"""The database hangs, breaks off or is slow under a real server: bounded waits, a 503 that says so, no half work."""

import base64
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from scripts.live_server import LiveServer, live_server
from tests.faults.live import line_to_database
from tests.faults.proxy import FaultyProxy

pytestmark = [
    pytest.mark.race,
    pytest.mark.services,
    pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="needs a database server"),
]

ROBOT = ("robot", "secret-of-the-robot-that-is-long-enough")
BASIC = "Basic " + base64.b64encode(":".join(ROBOT).encode()).decode()
# A statement may take one second, two more are the client's grace, a new connection takes two at most; and this
# machine may be busy.
BOUND = 9.0


@dataclass
class World:
    server: LiveServer
    proxy: FaultyProxy

    def token(self) -> httpx.Response:
        return self._call("POST", "/o/token/", data={"grant_type": "client_credentials"})

    def get(self, path: str) -> httpx.Response:
        return self._call("GET", path)

    def _call(self, method: str, path: str, **arguments: object) -> httpx.Response:
        headers = {"Authorization": BASIC, "Connection": "close", "Accept": "text/html"}
        return httpx.request(
            method,
            f"http://127.0.0.1:{self.server.port}{path}",
            headers=headers,
            timeout=60,
            trust_env=False,
            **arguments,  # type: ignore[arg-type]
        )

    def recovers(self) -> bool:
        """Whether tokens are given again, soon."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            if self.token().status_code == 200 and self.get("/health/ready").status_code == 200:
                return True
        return False


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with (
        line_to_database() as (proxy, url),
        live_server(
            database_url=url,
            WEB_THREADS="8",
            DATABASE_STATEMENT_SECONDS="1",
            DATABASE_CONNECT_SECONDS="2",
            DATABASE_POOL_SIZE="2" if url.startswith("postgres") else "0",
            REDIS_URL="",
        ) as server,
    ):
        server.manage(
            "create_client", "--name", "Robot", "--client-id", ROBOT[0], "--client-secret", ROBOT[1],
            "--scope", "read",
        )  # fmt: skip
        yield World(server, proxy)


def is_try_again(answer: httpx.Response) -> bool:
    assert answer.status_code == 503, answer.text
    assert answer.json()["error"] == "temporarily_unavailable"
    assert int(answer.headers["Retry-After"]) >= 1
    assert "access_token" not in answer.text
    return True


@pytest.mark.requirement("R07", "R24", "F74")
def test_a_database_that_hangs_holds_nobody_long(world: World) -> None:
    assert world.token().status_code == 200
    world.proxy.hang()
    try:
        started = time.monotonic()
        with ThreadPoolExecutor(9) as pool:
            waiting = [pool.submit(world.token) for _ in range(6)]
            while time.monotonic() < started + 0.3:
                assert world.get("/health/live").elapsed.total_seconds() < 1
            ready = pool.submit(world.get, "/health/ready")
            assert all(is_try_again(one.result()) for one in waiting)
            assert ready.result().status_code == 503
        assert time.monotonic() - started < BOUND
    finally:
        world.proxy.heal()
    assert world.recovers()


@pytest.mark.requirement("R05", "R06", "F74")
def test_a_database_that_breaks_off_is_a_503_for_everybody_and_then_all_is_well(world: World) -> None:
    with ThreadPoolExecutor(4) as pool:
        under_way = [pool.submit(world.token) for _ in range(12)]
        world.proxy.break_off()
        try:
            answers = [one.result() for one in under_way]
            assert {answer.status_code for answer in answers} <= {200, 503}
            assert is_try_again(world.token())
            ready = world.get("/health/ready")
            assert ready.status_code == 503
            assert ready.json()["checks"]["database"] == "unreachable"
            page = world.get("/login/")
            assert page.status_code in {200, 503}
            assert "Traceback" not in page.text
        finally:
            world.proxy.heal()
    assert world.recovers()


@pytest.mark.requirement("R09", "R07")
def test_a_slow_database_makes_slow_answers_and_no_errors(world: World) -> None:
    world.proxy.delay = 0.05
    try:
        assert {world.token().status_code for _ in range(3)} == {200}
    finally:
        world.proxy.heal()

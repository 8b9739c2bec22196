"""Database and Redis away at once: nothing is let in, nothing is given out, and it ends with the fault (R05, R07)."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from tests.faults.invariants import assert_whole
from tests.faults.live import line_to_database
from tests.faults.proxy import FaultyProxy
from tests.faults.signed_in import CALLBACK, World, world_of
from tests.faults.workers import wait_until
from tests.oauth import VERIFIER, challenge_of

pytestmark = [
    pytest.mark.race,
    pytest.mark.services,
    pytest.mark.requirement("R01", "R05", "R07", "C10"),
    pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="needs a database server"),
]

# Longer than any time-out of the server below, however many of them one request meets.
PATIENCE = 60
AUTHORIZE = {
    "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid", "prompt": "none",
    "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
}  # fmt: skip


@dataclass
class Place:
    world: World
    database: FaultyProxy

    def go(self, fault: Callable[[FaultyProxy], None]) -> None:
        for line in (self.database, self.world.line):
            fault(line)

    def mend(self) -> None:
        for line in (self.database, self.world.line):
            line.heal()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    seconds = {"DATABASE_STATEMENT_SECONDS": "2", "DATABASE_CONNECT_SECONDS": "2"}
    folder = tmp_path_factory.mktemp("redis")
    with (
        line_to_database() as (database, url),
        world_of(folder, processes=2, database_url=url, **seconds) as world,
    ):
        yield Place(world, database)


@pytest.mark.parametrize("fault", [FaultyProxy.break_off, FaultyProxy.hang], ids=["reset", "half open"])
def test_with_both_stores_gone_nothing_is_given_out_until_they_are_back(
    place: Place, fault: Callable[[FaultyProxy], None]
) -> None:
    world = place.world
    leaving, staying, (newcomer, code) = world.sign_in(), world.sign_in(), world.authorize()
    leaving.give_back()
    place.go(fault)
    try:
        deeds: list[Callable[[], httpx.Response]] = [
            staying.refresh,
            staying.revoke,
            lambda: newcomer.redeem(code),
            lambda: bearer(world, staying.tokens["access_token"]),
            lambda: staying.browser.get("/account/"),
            lambda: newcomer.browser.get("/o/authorize/", params=AUTHORIZE),
        ]
        with ThreadPoolExecutor(len(deeds) + 2) as pool:
            looks = [pool.submit(world.look, one) for one in (leaving, staying)]
            answers = [answer.result(PATIENCE) for answer in [pool.submit(deed) for deed in deeds]]
        assert [(look.result(PATIENCE).status, look.result().is_active) for look in looks] == [
            (503, False)
        ] * 2
        *machines, account, authorize = answers
        for answer in machines:
            assert answer.status_code == 503, answer.text
            assert answer.json()["error"] == "temporarily_unavailable"
            assert not {"access_token", "refresh_token", "sub"} & set(answer.json())
            assert int(answer.headers["Retry-After"]) >= 1
        # This server shows developers what went wrong; in production these are 503 as well.
        assert {account.status_code, authorize.status_code} <= {500, 503}
        assert "Location" not in authorize.headers
        assert is_ready(world) == 503
    finally:
        place.mend()
    wait_until(lambda: is_ready(world) == 200)
    assert not world.look(leaving).is_active
    assert world.look(staying).is_active
    assert staying.refresh().status_code == 200
    assert newcomer.redeem(code).status_code == 200, "a code that nobody got tokens for is still good"
    assert world.sign_in().tokens["access_token"]
    assert_whole(world.server)


def bearer(world: World, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    return httpx.get(f"{world.server.url}/o/userinfo/", headers=headers, trust_env=False, timeout=PATIENCE)


def is_ready(world: World) -> int:
    """What a load balancer is told."""
    return httpx.get(f"{world.server.url}/health/ready", trust_env=False, timeout=PATIENCE).status_code

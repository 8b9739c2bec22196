"""Redis emptied, Redis gone, the server started again: what was counted, locked or used up stays so."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from scripts.live_server import LiveServer
from tests.faults.fake_gateway import FakeGateway
from tests.faults.live import PrivateRedis, private_redis, server_with
from tests.races.at_once import Answer, send_at_once
from tests.races.phone_app import address, call, open_page, register

pytestmark = [pytest.mark.race, pytest.mark.services]

PASSWORD = "correct horse battery"


@dataclass
class World:
    server: LiveServer
    store: PrivateRedis
    vendor: FakeGateway

    def flush(self) -> None:
        self.store.flush()

    def restart_everything(self) -> None:
        self.store.kill()
        self.store.start()
        self.server.restart()

    def post(self, path: str, ip: str, **fields: str) -> Answer:
        """Fill in the form of a page in a new browser."""
        page = open_page(self.server, path)
        (answer,) = send_at_once(self.server.port, [page.post(ip, self.server.url, **fields)])
        return answer

    def sees_own_account(self, phone: str, ip: str) -> bool:
        """Sign in with the password and look at a page that only the owner gets."""
        origin = {"Origin": self.server.url, "X-Forwarded-For": ip}
        with httpx.Client(base_url=self.server.url, trust_env=False, timeout=120, headers=origin) as browser:
            page = browser.get("/login/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token is not None
            fields = {"phone": phone, "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)}
            return browser.post("/login/", data=fields).status_code == 303 and (
                browser.get("/account/").status_code == 200
            )


Loss = Callable[[World], None]
losses = pytest.mark.parametrize("lose", [World.flush, World.restart_everything], ids=["flushall", "restart"])
# Far apart: more than five numbers of one block would be held.
_numbers = iter(range(500_000, 990_000, 2003))


def new_number() -> str:
    return f"+97688{next(_numbers)}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        private_redis(tmp_path_factory.mktemp("redis")) as store,
        FakeGateway().running() as vendor,
        server_with(store, vendor) as server,
    ):
        yield World(server, store, vendor)


@pytest.mark.requirement("R03", "F23", "login:F08")
@losses
def test_a_locked_account_stays_locked(world: World, lose: Loss) -> None:
    phone = new_number()
    world.server.manage("create_person", "--phone", phone, "--password", PASSWORD)
    session = register(world.server, phone, address(1))
    for turn in range(3):
        answer = call(world.server, "login", address(10 + turn), session_id=session, password="not this one")
        assert answer.status in {400, 429}
    lose(world)
    assert world.post("/login/", address(20), phone=phone, password=PASSWORD).status == 429
    assert call(world.server, "register", address(21), mobile_number=phone).status == 429


@pytest.mark.requirement("R03", "login:F08")
@losses
def test_failures_before_a_lock_stay_counted(world: World, lose: Loss) -> None:
    phone = new_number()
    world.server.manage("create_person", "--phone", phone, "--password", PASSWORD)
    for turn in range(2):
        assert world.post("/login/", address(30 + turn), phone=phone, password="not this one").status == 400
    lose(world)
    world.post("/login/", address(33), phone=phone, password="nor this one")
    assert world.post("/login/", address(34), phone=phone, password=PASSWORD).status == 429


@pytest.mark.requirement("R03", "G04", "G05")
@losses
def test_wrong_codes_stay_counted_and_a_new_code_does_not_help(world: World, lose: Loss) -> None:
    phone = new_number()
    session = register(world.server, phone, address(40))
    code = world.vendor.code_for(phone)
    for turn in range(3):
        wrong = f"{(int(code) + 1 + turn) % 10**6:06}"
        assert (
            call(world.server, "verify-otp", address(41 + turn), session_id=session, code=wrong).status != 200
        )
    lose(world)
    again = call(world.server, "register", address(45), mobile_number=phone)
    assert again.status == 429
    assert again.retry_after > 3000
    assert len(world.vendor.carried_to(phone)) == 1


@pytest.mark.requirement("R03", "G03")
@losses
def test_a_used_code_stays_used(world: World, lose: Loss) -> None:
    phone = new_number()
    session = register(world.server, phone, address(50))
    code = world.vendor.code_for(phone)
    assert call(world.server, "verify-otp", address(50), session_id=session, code=code).status == 200
    lose(world)
    answer = call(world.server, "verify-otp", address(51), session_id=session, code=code)
    assert answer.status in {400, 409}
    assert "next_step" not in answer.payload or answer.status == 409
    assert call(world.server, "set-password", address(52), session_id=session, password=PASSWORD).status in {
        400, 409,
    }  # fmt: skip


@pytest.mark.requirement("R03", "G08")
@losses
def test_the_pause_before_another_code_goes_on(world: World, lose: Loss) -> None:
    phone = new_number()
    register(world.server, phone, address(60))
    world.vendor.code_for(phone)
    lose(world)
    assert call(world.server, "register", address(61), mobile_number=phone).status == 429
    assert len(world.vendor.carried_to(phone)) == 1


@pytest.mark.requirement("R03", "G08")
@losses
def test_the_share_of_an_address_stays_used(world: World, lose: Loss) -> None:
    ip = address(70) if lose is World.flush else address(71)
    answers = [call(world.server, "register", ip, mobile_number=new_number()) for _turn in range(5)]
    assert [answer.status for answer in answers] == [200] * 5
    lose(world)
    assert call(world.server, "register", ip, mobile_number=new_number()).status == 429


@pytest.mark.requirement("R01", "G04", "login:F08")
def test_without_redis_nothing_is_reopened_and_passwords_still_work(world: World) -> None:
    phone, locked = new_number(), new_number()
    for number in (phone, locked):
        world.server.manage("create_person", "--phone", number, "--password", PASSWORD)
    for turn in range(3):
        world.post("/login/", address(80 + turn), phone=locked, password="not this one")
    world.store.kill()
    try:
        assert world.post("/login/", address(84), phone=locked, password=PASSWORD).status == 429
        assert world.sees_own_account(phone, address(85))
        unavailable = call(world.server, "register", address(86), mobile_number=new_number())
        assert unavailable.status == 503
        assert unavailable.payload["code"] == "temporarily_unavailable"
    finally:
        world.store.start()

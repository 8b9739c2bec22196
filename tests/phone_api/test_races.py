"""The same step many times at one moment, against a real server: one winner, one account, no 500."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count as counting
from threading import Barrier
from typing import Any

import httpx
import pytest

from scripts.live_server import LiveServer, live_server
from tests.phone_api.app import PASSWORD, wrong

pytestmark = pytest.mark.race

numbers = counting(1)  # every test has a number of its own on the one server
PARALLEL = 20
OK, CONFLICT = 200, 409
COUNT = """
import json
from accounts_app.models import User
from custom_scopes_and_policies_app.models import RefreshToken
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
phone = "%s"
print(json.dumps({
    "people": User.objects.filter(phone=phone).count(),
    "signed_up": OAuthTokenLog.objects.filter(event="person.signed_up", user__phone=phone).count(),
    "sessions": SsoSession.objects.filter(user__phone=phone).count(),
    "families": RefreshToken.objects.filter(user__phone=phone).count(),
}))
"""


@pytest.fixture(scope="module")
def running() -> Iterator[LiveServer]:
    services = {"REDIS_URL": os.environ["REDIS_URL"]} if os.environ.get("REDIS_URL") else {}
    # All callers here have one address: its limits are looked at elsewhere.
    unlimited = dict.fromkeys(
        ["IP_FAILURE_LIMIT", "API_CALLS_PER_IP_PER_MINUTE", "API_CALLS_PER_SESSION"], "9999"
    )
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **services, **unlimited) as server:
        yield server


@pytest.fixture
def api(running: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, trust_env=False, timeout=120) as http:
        yield http


@pytest.fixture
def number() -> str:
    return f"+976881{next(numbers):05d}"


@pytest.fixture
def count(running: LiveServer, number: str) -> Callable[[], dict[str, int]]:
    def read() -> dict[str, int]:
        output = running.manage("shell", "-v", "0", "-c", COUNT % number)
        return dict(json.loads(output.strip().splitlines()[-1]))

    return read


def at_once(api: httpx.Client, path: str, bodies: list[dict[str, Any]]) -> list[httpx.Response]:
    """The answers to requests that leave together, each over a connection of its own that is open already."""
    barrier = Barrier(len(bodies))

    def send(body: dict[str, Any]) -> httpx.Response:
        with httpx.Client(base_url=api.base_url, trust_env=False, timeout=60) as http:
            http.get("/health/live")
            barrier.wait(60)
            return http.post(path, json=body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    """How often each status came. Nothing went wrong on the server's side."""
    found = Counter(answer.status_code for answer in answers)
    assert max(found) < 500, [answer.text for answer in answers if answer.status_code >= 500]
    return found


def step(api: httpx.Client, path: str, **fields: str) -> dict[str, Any]:
    """A step that must succeed."""
    answer = api.post(f"/api/{path}/", json=fields)
    assert answer.status_code == OK, answer.text
    return dict(answer.json())


def begin(api: httpx.Client, number: str, **fields: str) -> str:
    return str(step(api, "register", mobile_number=number, **fields)["session_id"])


def code_for(api: httpx.Client, number: str) -> str:
    letters = api.get("/dev/inbox/", params={"format": "json", "to": number}).json()["messages"]
    return str(letters[0]["code"])


def proven(api: httpx.Client, number: str) -> str:
    session_id = begin(api, number)
    step(api, "verify-otp", session_id=session_id, code=code_for(api, number))
    return session_id


@pytest.mark.requirement("G03", "F21")
def test_the_right_code_twenty_times_at_once_is_accepted_once(api: httpx.Client, number: str) -> None:
    session_id = begin(api, number)
    body = {"session_id": session_id, "code": code_for(api, number)}
    assert statuses(at_once(api, "/api/verify-otp/", [body] * PARALLEL)) == {OK: 1, CONFLICT: PARALLEL - 1}
    # The losers have locked nobody out.
    done = step(api, "set-password", session_id=session_id, password=PASSWORD)
    assert done["next_step"] == "user_info"
    step(api, "user-info", session_id=session_id)
    assert step(api, "register", mobile_number=number)["next_step"] == "password"


@pytest.mark.requirement("G03", "G06")
def test_one_code_brought_by_twenty_sessions_is_accepted_once(api: httpx.Client, number: str) -> None:
    sessions = [begin(api, number, device_id="device-of-one-installation") for _ in range(PARALLEL)]
    code = code_for(api, number)
    bodies = [{"session_id": session_id, "code": code} for session_id in sessions]
    assert statuses(at_once(api, "/api/verify-otp/", bodies))[OK] == 1


@pytest.mark.requirement("G04", "G06", "login:F08")
def test_twenty_wrong_codes_at_once_get_three_tries(api: httpx.Client, number: str) -> None:
    """Each in a session of its own: one session alone takes one at a time."""
    sessions = [begin(api, number, device_id="device-of-one-installation") for _ in range(PARALLEL)]
    code = code_for(api, number)
    bodies = [{"session_id": session_id, "code": wrong(code)} for session_id in sessions]
    answers = at_once(api, "/api/verify-otp/", bodies)
    assert set(statuses(answers)) == {400, 429}
    tried = [answer for answer in answers if answer.json()["code"] in {"otp_wrong", "otp_exhausted"}]
    assert len(tried) <= 3
    late = api.post("/api/verify-otp/", json={"session_id": sessions[0], "code": code})
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0


@pytest.mark.requirement("F21")
def test_a_password_set_twenty_times_at_once_makes_one_account(
    api: httpx.Client, number: str, count: Callable[[], dict[str, int]]
) -> None:
    session_id = proven(api, number)
    bodies = [{"session_id": session_id, "password": f"{PASSWORD} {turn}"} for turn in range(PARALLEL)]
    answers = at_once(api, "/api/set-password/", bodies)
    assert statuses(answers) == {OK: 1, CONFLICT: PARALLEL - 1}
    winner = [answer.status_code for answer in answers].index(OK)
    step(api, "user-info", session_id=session_id)
    tokens = step(api, "login", session_id=begin(api, number), password=bodies[winner]["password"])
    assert tokens["token_type"] == "Bearer"
    assert count() == {"people": 1, "signed_up": 1, "sessions": 2, "families": 2}


@pytest.mark.requirement("F21")
def test_the_last_step_twenty_times_at_once_signs_in_once(
    api: httpx.Client, number: str, count: Callable[[], dict[str, int]]
) -> None:
    session_id = proven(api, number)
    step(api, "set-password", session_id=session_id, password=PASSWORD)
    answers = at_once(api, "/api/user-info/", [{"session_id": session_id, "first_name": "Ali"}] * PARALLEL)
    assert statuses(answers)[OK] == 1
    assert set(statuses(answers)) <= {OK, 400, CONFLICT}
    login = {"session_id": begin(api, number), "password": PASSWORD}
    assert statuses(at_once(api, "/api/login/", [login] * PARALLEL))[OK] == 1
    assert count() == {"people": 1, "signed_up": 1, "sessions": 2, "families": 2}

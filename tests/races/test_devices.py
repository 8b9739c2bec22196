"""One approved device and many polls at once: one winner, one live family, no 500."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from scripts.live_server import LiveServer
from tests.races.at_once import Answer, post_at_once
from tests.races.invariants import assert_families, assert_invariants, read_invariants
from tests.races.test_tokens import form_token, log_out, sign_in

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
ROUNDS = 3


@pytest.fixture(scope="module")
def television(running: LiveServer) -> LiveServer:
    """The server of the races with a television's app."""
    running.manage(
        "create_client", "--name", "Race TV", "--client-id", "race-tv", "--public",
        "--grant-type", "device_code", "--grant-type", "refresh_token",
    )  # fmt: skip
    return running


def ask(server: LiveServer) -> dict[str, str]:
    answer = httpx.post(
        f"{server.url}/o/device-authorization/", data={"client_id": "race-tv"}, trust_env=False, timeout=120
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def open_consent(browser: httpx.Client, user_code: str, scope: Sequence[str] = ("openid",)) -> dict[str, Any]:
    """Type the code; returns the fields that allow it."""
    token = form_token(browser, "/o/device/")
    entered = post(browser, "/o/device/", {"csrfmiddlewaretoken": token, "user_code": user_code})
    page = browser.get(browser.get(entered.headers["Location"]).headers["Location"])
    request_id = parse_qs(urlsplit(str(page.url)).query)["request"][0]
    return {
        "csrfmiddlewaretoken": token, "request": request_id, "person": hidden(page.text, "person"),
        "shown": hidden(page.text, "shown"), "decision": "allow", "scope": list(scope),
    }  # fmt: skip


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def post(browser: httpx.Client, path: str, fields: dict[str, Any]) -> httpx.Response:
    answer = browser.post(path, data=fields, headers={"Origin": str(browser.base_url).rstrip("/")})
    assert answer.status_code == 303, answer.text
    return answer


def approve(server: LiveServer, user_code: str, scope: Sequence[str] = ("openid",)) -> None:
    with sign_in(server) as browser:
        answer = post(browser, "/o/consent/", open_consent(browser, user_code, scope))
        assert browser.get(answer.headers["Location"]).headers["Location"] == "/o/device/approved/"


def poll(server: LiveServer, codes: dict[str, str], times: int) -> list[Answer]:
    fields = {"grant_type": DEVICE_CODE, "client_id": "race-tv", "device_code": codes["device_code"]}
    return post_at_once(server.port, "/o/token/", fields, times=times)


@pytest.mark.race
@pytest.mark.requirement("B12", "feature:F04")
@pytest.mark.parametrize("parallel", [2, 8, 32])
def test_one_of_many_parallel_polls_gets_the_tokens(television: LiveServer, parallel: int) -> None:
    before = read_invariants(television)
    for _ in range(ROUNDS):
        codes = ask(television)
        approve(television, codes["user_code"])
        answers = poll(television, codes, parallel)
        assert sorted(answer.status for answer in answers) == [200] + [400] * (parallel - 1), answers
        losers = [answer.payload for answer in answers if answer.status == 400]
        assert {loser["error"] for loser in losers} <= {"invalid_grant"}
        assert not any("access_token" in loser for loser in losers)
    after = read_invariants(television)
    assert_families(before, after, codes=ROUNDS, callers=parallel)
    assert_invariants(after)


@pytest.mark.race
@pytest.mark.requirement("feature:F04")
def test_of_many_early_polls_one_is_in_time_and_none_fails(television: LiveServer) -> None:
    codes = ask(television)
    answers = [answer.payload["error"] for answer in poll(television, codes, 8)]
    assert sorted(answers) == ["authorization_pending"] + ["slow_down"] * 7


@pytest.mark.race
@pytest.mark.requirement("B12")
def test_of_two_people_who_allow_at_once_one_is_the_one(television: LiveServer) -> None:
    for _ in range(ROUNDS):
        codes = ask(television)
        with sign_in(television) as one, sign_in(television) as other, ThreadPoolExecutor(2) as pool:
            browsers = [one, other]
            pages = [
                post(browser, "/o/consent/", open_consent(browser, codes["user_code"])).headers["Location"]
                for browser in browsers
            ]
            ends = list(
                pool.map(lambda browser, page: browser.get(page).headers["Location"], browsers, pages)
            )
        assert sorted(ends) == ["/o/device/approved/", "/o/device/over/"]


@pytest.mark.race
@pytest.mark.requirement("B12", "I04")
def test_signing_out_beside_a_poll_leaves_no_live_family(television: LiveServer) -> None:
    for _ in range(ROUNDS):
        codes = ask(television)
        with sign_in(television) as browser, ThreadPoolExecutor(1) as pool:
            answer = post(browser, "/o/consent/", open_consent(browser, codes["user_code"]))
            browser.get(answer.headers["Location"])
            leaving = pool.submit(log_out, browser, form_token(browser, "/logout/"))
            (polled,) = poll(television, codes, 1)
            assert leaving.result() == 303
            assert polled.status in {200, 400}
    assert read_invariants(television)["live_families_of_ended_sessions"] == 0

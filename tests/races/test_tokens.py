"""One code, or one refresh token, and up to 32 requests at once: one winner, one live family, no 500."""

import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from scripts.live_server import LiveServer
from tests.oauth import VERIFIER, challenge_of
from tests.races.at_once import Answer, post_at_once
from tests.races.conftest import PASSWORD
from tests.races.invariants import assert_families, assert_invariants, read_invariants

CALLBACK = "https://race.example/callback"
ROUNDS = 5
# How many at once, and how often: the rarer the collision, the more tries.
CROWDS = [(2, 8), (8, 4), (32, 2)]


@contextmanager
def sign_in(server: LiveServer) -> Iterator[httpx.Client]:
    """A fresh browser in which the person of the races is signed in."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as browser:
        fields = {"phone": "+97688112233", "password": PASSWORD}
        fields["csrfmiddlewaretoken"] = form_token(browser, "/login/")
        signed_in = browser.post("/login/", data=fields, headers={"Origin": server.url})
        assert signed_in.status_code == 303, signed_in.text
        yield browser


def form_token(browser: httpx.Client, path: str) -> str:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(path).text)
    assert token is not None
    return token.group(1)


def new_code(server: LiveServer) -> str:
    """A code for the first-party app "race", from a fresh browser."""
    with sign_in(server) as browser:
        return code_of(browser)


def code_of(browser: httpx.Client) -> str:
    answer = browser.get(
        "/o/authorize/",
        params={
            "client_id": "race", "redirect_uri": CALLBACK, "response_type": "code",
            "scope": "openid offline_access", "state": secrets.token_urlsafe(8),
            "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
        },
    )  # fmt: skip
    return httpx.URL(answer.headers["Location"]).params["code"]


def log_out(browser: httpx.Client, token: str) -> int:
    fields = {"csrfmiddlewaretoken": token}
    return browser.post(
        "/logout/", data=fields, headers={"Origin": str(browser.base_url).rstrip("/")}
    ).status_code


def redeem(server: LiveServer, code: str, times: int) -> list[Answer]:
    fields = {
        "grant_type": "authorization_code", "client_id": "race", "code": code,
        "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
    }  # fmt: skip
    return post_at_once(server.port, "/o/token/", fields, times=times)


@pytest.mark.race
@pytest.mark.requirement("B01", "feature:F09")
@pytest.mark.parametrize(("callers", "rounds"), CROWDS)
def test_one_code_gives_one_family_to_one_of_many_parallel_requests(
    running: LiveServer, callers: int, rounds: int
) -> None:
    before = read_invariants(running)
    for _ in range(rounds):
        answers = redeem(running, new_code(running), callers)
        statuses = sorted(answer.status for answer in answers)
        assert statuses == [200] + [400] * (callers - 1), answers
        losers = [answer.payload for answer in answers if answer.status == 400]
        assert all(loser["error"] == "invalid_grant" for loser in losers)
        assert not any("access_token" in loser for loser in losers)
    after = read_invariants(running)
    assert_invariants(after)
    assert_families(before, after, codes=rounds, callers=callers)


@pytest.mark.race
@pytest.mark.requirement("C03", "C04")
@pytest.mark.parametrize(("callers", "rounds"), CROWDS)
def test_one_refresh_token_rotates_once_for_many_parallel_requests(
    running: LiveServer, callers: int, rounds: int
) -> None:
    before = read_invariants(running)
    for _ in range(rounds):
        (issued,) = redeem(running, new_code(running), 1)
        fields = refresh_fields(issued.payload["refresh_token"])
        answers = post_at_once(running.port, "/o/token/", fields, times=callers)
        assert {answer.status for answer in answers} == {200}, answers
        # The same successor for all: the family moved by one generation and never forked.
        assert len({answer.payload["refresh_token"] for answer in answers}) == 1
    after = read_invariants(running)
    assert_invariants(after)
    assert after["live_families"] == before["live_families"] + rounds
    assert after["most_generations"] == 1


@pytest.mark.race
@pytest.mark.requirement("B02")
def test_a_code_that_comes_again_afterwards_ends_what_its_first_use_gave(running: LiveServer) -> None:
    code = new_code(running)
    (first,) = redeem(running, code, 1)
    assert first.status == 200
    before = read_invariants(running)
    (second,) = redeem(running, code, 1)
    assert second.status == 400
    assert second.payload["error"] == "invalid_grant"
    after = read_invariants(running)
    assert after["live_families"] == before["live_families"] - 1


@pytest.mark.race
@pytest.mark.requirement("C10", "I04")
def test_signing_out_beside_a_redemption_leaves_no_live_family(running: LiveServer) -> None:
    for _ in range(ROUNDS):
        with sign_in(running) as browser, ThreadPoolExecutor(1) as pool:
            code, token = code_of(browser), form_token(browser, "/logout/")
            leaving = pool.submit(log_out, browser, token)
            (redeemed,) = redeem(running, code, 1)
            assert leaving.result() == 303
            assert redeemed.status in {200, 400}
    assert read_invariants(running)["live_families_of_ended_sessions"] == 0


@pytest.mark.race
@pytest.mark.requirement("C02", "C03")
def test_proven_reuse_beside_signing_out_is_never_an_error_of_ours(running: LiveServer) -> None:
    for _ in range(ROUNDS):
        with sign_in(running) as browser, ThreadPoolExecutor(1) as pool:
            (issued,) = redeem(running, code_of(browser), 1)
            first = issued.payload["refresh_token"]
            newest = first
            for _ in range(2):
                (renewed,) = post_at_once(running.port, "/o/token/", refresh_fields(newest), times=1)
                newest = renewed.payload["refresh_token"]
            leaving = pool.submit(log_out, browser, form_token(browser, "/logout/"))
            answers = post_at_once(running.port, "/o/token/", refresh_fields(first), times=4)
            assert {answer.status for answer in answers} == {400}, answers
            assert leaving.result() in {303, 403}
    assert read_invariants(running)["live_families_of_ended_sessions"] == 0


def refresh_fields(token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "client_id": "race", "refresh_token": token}

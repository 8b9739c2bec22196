"""One code, or one refresh token, and eight requests at once: one winner, one live family, no 500."""

import re
import secrets

import httpx
import pytest

from scripts.live_server import LiveServer
from tests.oauth import VERIFIER, challenge_of
from tests.races.at_once import Answer, post_at_once
from tests.races.conftest import PASSWORD
from tests.races.invariants import assert_invariants, read_invariants

CALLBACK = "http://localhost/callback"
PARALLEL = 8
ROUNDS = 5


def new_code(server: LiveServer) -> str:
    """A code for the first-party app "race", from a fresh browser."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as browser:
        page = browser.get("/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        signed_in = browser.post(
            "/login/",
            data={"phone": "+97688112233", "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)},
            headers={"Origin": server.url},
        )
        assert signed_in.status_code == 303, signed_in.text
        answer = browser.get(
            "/o/authorize/",
            params={
                "client_id": "race", "redirect_uri": CALLBACK, "response_type": "code",
                "scope": "openid offline_access", "state": secrets.token_urlsafe(8),
                "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
            },
        )  # fmt: skip
        return httpx.URL(answer.headers["Location"]).params["code"]


def redeem(server: LiveServer, code: str, times: int) -> list[Answer]:
    fields = {
        "grant_type": "authorization_code", "client_id": "race", "code": code,
        "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
    }  # fmt: skip
    return post_at_once(server.port, "/o/token/", fields, times=times)


@pytest.mark.race
@pytest.mark.requirement("B01", "feature:F09")
def test_one_code_gives_one_family_to_one_of_eight_parallel_requests(running: LiveServer) -> None:
    before = read_invariants(running)
    for _ in range(ROUNDS):
        answers = redeem(running, new_code(running), PARALLEL)
        statuses = sorted(answer.status for answer in answers)
        assert statuses == [200] + [400] * (PARALLEL - 1), answers
        losers = [answer.payload for answer in answers if answer.status == 400]
        assert all(loser["error"] == "invalid_grant" for loser in losers)
        assert not any("access_token" in loser for loser in losers)
    after = read_invariants(running)
    assert_invariants(after)
    assert after["live_families"] == before["live_families"] + ROUNDS


@pytest.mark.race
@pytest.mark.requirement("C03", "C04")
def test_one_refresh_token_rotates_once_for_eight_parallel_requests(running: LiveServer) -> None:
    before = read_invariants(running)
    for _ in range(ROUNDS):
        (issued,) = redeem(running, new_code(running), 1)
        fields = {
            "grant_type": "refresh_token",
            "client_id": "race",
            "refresh_token": issued.payload["refresh_token"],
        }
        answers = post_at_once(running.port, "/o/token/", fields, times=PARALLEL)
        assert {answer.status for answer in answers} == {200}, answers
        # The same successor for all: the family moved by one generation and never forked.
        assert len({answer.payload["refresh_token"] for answer in answers}) == 1
    after = read_invariants(running)
    assert_invariants(after)
    assert after["live_families"] == before["live_families"] + ROUNDS
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

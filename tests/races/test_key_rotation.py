"""Keys are replaced while apps go on: no check fails, and of many who rotate at once one does it."""

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
import pytest

from scripts.live_server import LiveServer, live_server
from tests.races.conftest import API_SECRET, services
from tests.races.invariants import read_invariants

JWKS_CACHE_SECONDS = 2
ROTATIONS = 3
PARALLEL = 8
DEADLINE_SECONDS = 120
ALGORITHMS = ("RS256", "ES256")

KEYS_SCRIPT = """
import json
from jwt_app.models import SigningKey
from obligations_app.models import OAuthTokenLog
rows = list(SigningKey.objects.values_list("algorithm", "state"))
print(json.dumps({
    **{f"{algorithm} {state}": rows.count((algorithm, state)) for algorithm, state in rows},
    "activated": OAuthTokenLog.objects.filter(event="key.activated").count(),
    "retired": OAuthTokenLog.objects.filter(event="key.retired").count(),
}))
"""


@dataclass
class ResourceServer:
    """Verifies with the published keys, which it keeps for as long as it is told and never asks for in between."""

    server: LiveServer
    keys: dict[str, Any] = field(default_factory=dict)
    fetched_at: float = float("-inf")
    max_age: float = 0

    def check(self, token: str) -> None:
        if time.monotonic() - self.fetched_at >= self.max_age:
            answer = httpx.get(f"{self.server.url}/.well-known/jwks.json", timeout=120, trust_env=False)
            self.max_age = float(answer.headers["Cache-Control"].partition("max-age=")[2])
            self.fetched_at = time.monotonic()
            self.keys = {key["kid"]: jwt.PyJWK(key) for key in answer.json()["keys"]}
        kid = jwt.get_unverified_header(token)["kid"]
        assert kid in self.keys, "signed by a key that was not published in time, or dropped too early"
        jwt.decode(token, self.keys[kid], algorithms=list(ALGORITHMS), audience=self.server.url)


@pytest.fixture(scope="module")
def rotating() -> Iterator[LiveServer]:
    settings = {
        "JWKS_CACHE_SECONDS": str(JWKS_CACHE_SECONDS),
        "JWT_PUBLISH_AHEAD_SECONDS": str(JWKS_CACHE_SECONDS),
        **services(),
    }
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **settings) as server:
        for algorithm in ALGORITHMS:
            server.manage(
                "create_client", "--name", algorithm, "--client-id", algorithm, "--client-secret", API_SECRET,
                "--grant-type", "client_credentials", "--algorithm", algorithm,
            )  # fmt: skip
        yield server


def traffic(server: LiveServer, algorithm: str, stop: threading.Event) -> list[str]:
    """Get a token and check it, again and again, and the first one with it; the kids that were seen."""
    reader, kids, first = ResourceServer(server), list[str](), ""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as app:
        while not stop.is_set():
            answer = app.post(
                "/o/token/",
                data={"grant_type": "client_credentials", "scope": "read"},
                auth=(algorithm, API_SECRET),
            )
            assert answer.status_code == 200, answer.text
            token = answer.json()["access_token"]
            first = first or token
            reader.check(token)
            reader.check(first)
            kid = str(jwt.get_unverified_header(token)["kid"])
            if kid not in kids:
                kids.append(kid)
    return kids


def rotate(server: LiveServer) -> list[str]:
    """The steps of one call, as "activated RS256"."""
    answer = json.loads(server.manage("rotate_keys", "--now", "--json"))
    return [f"{step['step']} {step['algorithm']}" for step in answer["steps"]]


@pytest.mark.race
@pytest.mark.requirement("D09", "feature:F07")
def test_a_fresh_server_publishes_what_signs_now_and_what_will_sign_next(rotating: LiveServer) -> None:
    answer = httpx.get(f"{rotating.url}/.well-known/jwks.json", timeout=120, trust_env=False)
    algorithms = [key["alg"] for key in answer.json()["keys"]]
    assert sorted(algorithms) == ["ES256", "ES256", "EdDSA", "EdDSA", "RS256", "RS256"]


@pytest.mark.race
@pytest.mark.requirement("R16", "D09", "feature:F07")
def test_three_rotations_under_load_fail_no_check(rotating: LiveServer) -> None:
    stop = threading.Event()
    done = dict.fromkeys(ALGORITHMS, 0)
    deadline = time.monotonic() + DEADLINE_SECONDS
    with ThreadPoolExecutor(len(ALGORITHMS)) as pool:
        readers = {name: pool.submit(traffic, rotating, name, stop) for name in ALGORITHMS}
        try:
            while min(done.values()) < ROTATIONS and time.monotonic() < deadline:
                assert not any(reader.done() for reader in readers.values()), "a check failed"
                for step in rotate(rotating):
                    name, _, algorithm = step.partition(" ")
                    if name == "activated" and algorithm in done:
                        done[algorithm] += 1
        finally:
            stop.set()
        for name, reader in readers.items():
            # The last rotation may come after the last token.
            assert len(reader.result()) >= ROTATIONS, name
    assert min(done.values()) >= ROTATIONS


@pytest.mark.race
@pytest.mark.requirement("R16")
def test_of_eight_that_rotate_at_once_one_takes_each_step(rotating: LiveServer) -> None:
    before = read_invariants(rotating, KEYS_SCRIPT)
    with ThreadPoolExecutor(PARALLEL) as pool:
        steps = [step for call in pool.map(rotate, [rotating] * PARALLEL) for step in call]
    after = read_invariants(rotating, KEYS_SCRIPT)
    for algorithm in ALGORITHMS:
        assert f"activated {algorithm}" in steps
        assert after[f"{algorithm} active"] == 1
        assert after[f"{algorithm} next"] == 1
        assert after[f"{algorithm} retired"] - before[f"{algorithm} retired"] == steps.count(
            f"retired {algorithm}"
        )
    assert after["activated"] - before["activated"] == sum(step.startswith("activated") for step in steps)
    assert after["retired"] - before["retired"] == sum(step.startswith("retired") for step in steps)

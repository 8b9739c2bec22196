"""The package and the example against this server, over HTTP, with tokens of a person and of a program."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from scripts import journey as steps
from scripts.journey import Journey
from scripts.live_server import ROOT, LiveServer, free_port, live_server
from tests.resource_server.conftest import Clock
from tests.resource_server.fake_issuer import API, AUDIENCE, FakeIssuer
from token_guard import Guard, InvalidToken, Liveness, require

pytestmark = [pytest.mark.services, pytest.mark.once]

API_SECRET = "the notes api asks with this"
SIGN_IN = steps.STEPS[: steps.STEPS.index(steps.exchange_the_code) + 1]


@dataclass
class Person:
    """Somebody who has signed up and allowed the demonstration app to read, with the level of the consent page."""

    journey: Journey

    @property
    def token(self) -> str:
        return str(self.journey.tokens["access_token"])


@pytest.fixture(scope="module")
def running() -> Iterator[LiveServer]:
    with live_server() as server:
        server.manage(
            "create_client", "--name", "Notes API", "--client-id", "notes-api", "--client-secret", API_SECRET,
            "--may-introspect",
        )  # fmt: skip
        server.manage(
            "create_client", "--name", "Script", "--client-id", "script", "--client-secret", "try-me",
            "--grant-type", "client_credentials", "--scope", "read write",
        )  # fmt: skip
        yield server


@pytest.fixture(scope="module")
def person(running: LiveServer) -> Person:
    journey = Journey(running)
    for step in SIGN_IN:
        step(journey)
    return Person(journey)


@pytest.fixture(scope="module")
def notes(running: LiveServer) -> Iterator[httpx.Client]:
    """The example, started as its README says, asking the server about every token."""
    with notes_api(running.url, API_CLIENT_ID="notes-api", API_CLIENT_SECRET=API_SECRET) as client:
        yield client


@contextmanager
def notes_api(issuer: str, **settings: str) -> Iterator[httpx.Client]:
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": "resource_server/src",
        "ISSUER_URL": issuer,
        "API_PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-u", "examples/resource_server/notes_api.py"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert f":{port}" in process.stdout.readline()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=120) as client:
                yield client
        finally:
            process.terminate()


def program_token(server: LiveServer, scope: str = "read write") -> str:
    form = {"grant_type": "client_credentials", "scope": scope}
    answer = httpx.post(
        f"{server.url}/o/token/", data=form, auth=("script", "try-me"), trust_env=False, timeout=120
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def read_notes(notes: httpx.Client, token: str) -> Any:
    answer = notes.get("/notes", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.requirement("F44", "D03", "D05")
def test_a_persons_token_is_verified_offline_and_live(running: LiveServer, person: Person) -> None:
    with Guard(issuer=running.url, audience=running.url) as guard:
        offline = guard.check(f"Bearer {person.token}", require("read"))
    how = Liveness(client_id="notes-api", client_secret=API_SECRET)
    with Guard(issuer=running.url, audience=running.url, liveness=how) as guard:
        live = guard.check(f"Bearer {person.token}", require("read"))
        with pytest.raises(InvalidToken):
            guard.check(f"Bearer {person.journey.tokens['id_token']}")
    assert (offline.is_live, live.is_live) == (False, True)
    assert offline.subject == live.subject
    assert offline.client_id == "demo"
    assert offline.levels == live.levels
    assert offline.levels["profile"] == person.journey.level
    assert "email" not in offline.scopes
    with (
        Guard(issuer=running.url, audience="https://other.example") as guard,
        pytest.raises(InvalidToken),
    ):
        guard.check(f"Bearer {person.token}")


@pytest.mark.requirement("F71")
def test_the_example_honours_scopes_and_levels(
    running: LiveServer, person: Person, notes: httpx.Client
) -> None:
    program = program_token(running)
    note = {"title": "Milk", "text": "two litres"}
    assert notes.post("/notes", headers=bearer(program), json=note).status_code == 201
    # A program has no level of `read`: nobody chose one for it.
    assert read_notes(notes, program) == [{"title": "Milk"}]
    refused = notes.post("/notes", headers=bearer(person.token), json=note)
    assert refused.status_code == 403
    assert refused.headers["WWW-Authenticate"].endswith('scope="write"')
    assert read_notes(notes, person.token) == []
    reader = program_token(running, "read")
    assert notes.post("/notes", headers=bearer(reader), json=note).status_code == 403
    assert read_notes(notes, reader) == [{"title": "Milk"}]


@pytest.mark.requirement("F71")
def test_the_example_asks_for_a_stronger_sign_in(
    running: LiveServer, person: Person, notes: httpx.Client
) -> None:
    for token in (program_token(running), person.token):
        answer = notes.get("/settings", headers=bearer(token))
        assert answer.status_code == 401
        challenge = answer.headers["WWW-Authenticate"]
        assert 'error="insufficient_user_authentication"' in challenge
        assert challenge.endswith('acr_values="aal2", max_age="3600"')
        assert "room_for_notes" not in answer.text


@pytest.mark.requirement("F71")
def test_the_example_gives_everything_to_whom_may_have_it(issuer: FakeIssuer) -> None:
    with notes_api(issuer.url, API_AUDIENCE=AUDIENCE) as notes:
        note = {"title": "Milk", "text": "two litres"}
        assert notes.post("/notes", headers=bearer(issuer.token()), json=note).status_code == 201
        assert read_notes(notes, issuer.token()) == [note]
        assert read_notes(notes, issuer.token(policies={"read": "summary"})) == [{"title": "Milk"}]
        assert read_notes(notes, issuer.token(sub="person-2")) == []
        strong = notes.get("/settings", headers=bearer(issuer.token(acr="aal2")))
        assert strong.json() == {"person": "person-1", "room_for_notes": 100}
        old = issuer.token(acr="aal2", auth_time=int(time.time()) - 4000)
        assert notes.get("/settings", headers=bearer(old)).status_code == 401


@pytest.mark.requirement("F71", "F44")
def test_the_example_goes_by_the_limits_that_the_issuer_states(issuer: FakeIssuer) -> None:
    credentials = {"API_CLIENT_ID": API[0], "API_CLIENT_SECRET": API[1]}
    issuer.facts = {"policy_limits": {"read": {"detail": "summary"}}}
    with notes_api(issuer.url, API_AUDIENCE=AUDIENCE, **credentials) as notes:
        note = {"title": "Milk", "text": "two litres"}
        assert notes.post("/notes", headers=bearer(issuer.token()), json=note).status_code == 201
        assert read_notes(notes, issuer.token()) == [{"title": "Milk"}]


@pytest.mark.requirement("F71")
def test_the_example_answers_what_it_cannot_do(running: LiveServer, notes: httpx.Client) -> None:
    program = bearer(program_token(running))
    assert notes.get("/").json()["operations"] == ["GET /notes", "POST /notes", "GET /settings"]
    assert notes.get("/notes").headers["WWW-Authenticate"] == "Bearer"
    assert notes.get("/notes", headers=bearer("x.y.z")).status_code == 401
    assert notes.delete("/notes", headers=program).status_code == 405
    assert notes.get("/other", headers=program).status_code == 404
    for body in (b"", b"[", b"[1]", b'{"title": 1, "text": "x"}', b"x" * 20_000):
        assert notes.post("/notes", headers=program, content=body).status_code == 400


@pytest.mark.requirement("C11", "F44")
def test_a_revoked_token_is_refused_once_the_bound_is_over(running: LiveServer, person: Person) -> None:
    clock = Clock()
    how = Liveness(client_id="notes-api", client_secret=API_SECRET)
    text = f"Bearer {program_token(running)}"
    with (
        Guard(issuer=running.url, audience=running.url, liveness=how, clock=clock) as asking,
        Guard(issuer=running.url, audience=running.url, clock=clock) as offline,
    ):
        assert asking.check(text).is_live
        form = {"token": text.removeprefix("Bearer ")}
        revoked = httpx.post(
            f"{running.url}/o/revoke_token/",
            data=form,
            auth=("script", "try-me"),
            trust_env=False,
            timeout=120,
        )
        assert revoked.status_code == 200
        assert asking.check(text).is_live
        clock.wait(30)
        with pytest.raises(InvalidToken):
            asking.check(text)
        # What asking nobody costs: the signature is good until the token expires.
        assert offline.check(text).is_live is False


@pytest.mark.requirement("D09")
def test_a_new_key_of_the_server_is_picked_up(running: LiveServer) -> None:
    clock = Clock()
    with Guard(issuer=running.url, audience=running.url, clock=clock) as guard:
        before = program_token(running)
        guard.check(f"Bearer {before}")
        running.manage("create_client", "--name", "EC", "--client-id", "ec", "--client-secret", "try-me-too",
            "--grant-type", "client_credentials", "--scope", "read", "--algorithm", "ES256")  # fmt: skip
        answer = httpx.post(
            f"{running.url}/o/token/",
            data={"grant_type": "client_credentials", "scope": "read"},
            auth=("ec", "try-me-too"),
            trust_env=False,
            timeout=120,
        )
        clock.wait(61)
        assert guard.check(f"Bearer {answer.json()['access_token']}").client_id == "ec"
        assert guard.check(f"Bearer {before}").client_id == "script"

"""A server of several processes, the line to its Redis, people who are signed in, and an API that asks of them."""

import base64
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from scripts.live_server import LiveServer
from tests.faults.fake_gateway import FakeGateway
from tests.faults.live import PrivateRedis, private_redis, server_with
from tests.faults.proxy import FaultyProxy
from tests.oauth import FORM, VERIFIER, challenge_of

PHONE, PASSWORD = "+97688112233", "correct horse battery"
CALLBACK = "https://app.example/callback"
API = ("watcher", "watcher-secret-of-a-resource-server")
POLLERS = 4
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(":".join(API).encode()).decode(),
    "Content-Type": FORM,
    "Connection": "close",
}
PROCESSES, THREADS = 4, 4
PATIENCE = 300


@dataclass
class Seen:
    """What one poll saw: when it was asked, how long it took, the status and whether the token was called active."""

    at: float
    took: float
    status: int
    is_active: bool


@dataclass
class Person:
    """A browser that is signed in, and an app's tokens."""

    browser: httpx.Client
    tokens: dict[str, Any] = field(default_factory=dict)

    def log_out(self) -> None:
        page = self.browser.get("/logout/").text
        answer = self.browser.post("/logout/", data={"csrfmiddlewaretoken": _token(page)})
        assert answer.status_code == 303, answer.text

    def redeem(self, code: str) -> httpx.Response:
        return self._app("/o/token/", grant_type="authorization_code", code=code, redirect_uri=CALLBACK,
                         code_verifier=VERIFIER)  # fmt: skip

    def refresh(self) -> httpx.Response:
        return self._app("/o/token/", grant_type="refresh_token", refresh_token=self.tokens["refresh_token"])

    def revoke(self) -> httpx.Response:
        return self._app("/o/revoke_token/", token=self.tokens["refresh_token"])

    def give_back(self) -> None:
        assert self.revoke().status_code == 200

    def _app(self, path: str, **fields: str) -> httpx.Response:
        return self.browser.post(path, data={"client_id": "app", **fields}, headers={"Connection": "close"})

    def log_out_by_json(self) -> None:
        headers = {"X-CSRFToken": _token(self.browser.get("/logout/").text)}
        assert self.browser.post("/api/v1/logout", headers=headers).status_code == 200


@dataclass
class World:
    server: LiveServer
    store: PrivateRedis
    line: FaultyProxy

    def sign_in(self) -> Person:
        """Somebody at a browser, with an app's tokens."""
        person, code = self.authorize()
        return Person(person.browser, dict(person.redeem(code).json()))

    def authorize(self) -> tuple[Person, str]:
        """Somebody at a browser, and the code that an app got."""
        origin = {"Origin": self.server.url}
        browser = httpx.Client(base_url=self.server.url, trust_env=False, timeout=PATIENCE, headers=origin)
        fields = {
            "phone": PHONE,
            "password": PASSWORD,
            "csrfmiddlewaretoken": _token(browser.get("/login/").text),
        }
        assert browser.post("/login/", data=fields).status_code == 303
        asked = browser.get(
            "/o/authorize/",
            params={
                "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
                "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
            },
        )  # fmt: skip
        return Person(browser), httpx.URL(asked.headers["Location"]).params["code"]

    def look(self, person: Person) -> Seen:
        """Ask over a new connection: whichever worker takes it."""
        started = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            connection.request(
                "POST", "/o/introspect/", urlencode({"token": person.tokens["access_token"]}), HEADERS
            )
            answer = connection.getresponse()
            payload = json.loads(answer.read())
        finally:
            connection.close()
        is_active = answer.status == 200 and payload["active"]
        return Seen(started, time.monotonic() - started, answer.status, is_active)

    def cache_is(self, state: str) -> bool:
        """What a process says of Redis to a load balancer, which never takes it out for that."""
        answer = httpx.get(f"{self.server.url}/health/ready", trust_env=False, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["checks"]["cache"] == state)

    def watch(self, person: Person, *, seconds: float) -> list[Seen]:
        """Poll from several sides."""
        ends = time.monotonic() + seconds

        def poll(_number: int) -> list[Seen]:
            seen = []
            while time.monotonic() < ends:
                seen.append(self.look(person))
            return seen

        with ThreadPoolExecutor(POLLERS) as pool:
            return [one for many in pool.map(poll, range(POLLERS)) for one in many]

    def is_known_to_all(self, person: Person) -> bool:
        """Warm every worker's way."""
        return all(seen.is_active for seen in self.watch(person, seconds=0.5))


# One process for all of it: each start of Django costs as much as the rest together.
PREPARE = f"""
from django.core.management import call_command as call
call("create_client", "--name", "App", "--client-id", "app", "--public", "--first-party",
     "--redirect-uri", {CALLBACK!r})
call("create_client", "--name", "Watcher", "--client-id", {API[0]!r}, "--client-secret", {API[1]!r},
     "--may-introspect")
call("create_person", "--phone", {PHONE!r}, "--password", {PASSWORD!r})
"""


@contextmanager
def world_of(
    folder: Path, *, processes: int = PROCESSES, database_url: str = "", **options: str
) -> Iterator[World]:
    """`options` are environment variables of the server on top."""
    settings = {
        "WEB_PROCESSES": str(processes),
        "WEB_THREADS": str(THREADS),
        # The most that is allowed: on a busy machine a process may take long to come back.
        "AUTHORIZATION_CODE_SECONDS": "600",
        "REFRESH_REPEAT_SECONDS": "60",
        **options,
    }
    with (
        private_redis(folder) as store,
        FaultyProxy(("127.0.0.1", store.port)).running() as line,
        FakeGateway().running() as vendor,
        server_with(line, vendor, database_url=database_url, **settings) as server,
    ):
        server.manage("shell", "-v", "0", "-c", PREPARE)
        yield World(server, store, line)


def _token(page: str) -> str:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    return token.group(1)

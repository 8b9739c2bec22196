"""A few clients that ask for tokens one after another, each over a new connection, until they are told to stop."""

import base64
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from scripts.live_server import LiveServer
from tests.faults.workers import wait_until

ROBOT = ("robot", "secret-of-the-robot-that-is-long-enough")
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(":".join(ROBOT).encode()).decode(),
    "Connection": "close",
}
FORM = {"grant_type": "client_credentials"}
CLIENTS = 3
# Long enough for the busiest machine: what fails, fails because the server refused or hung up.
PATIENCE = 300
# Between two requests of a client, so that the load leaves a machine of two cores the time to start processes.
PAUSE = 0.05


@dataclass
class Load:
    """What came back while something happened to the server."""

    port: int
    statuses: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    turns: list[int] = field(default_factory=lambda: [0] * CLIENTS)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        ends = threading.Event()

        def ask(number: int) -> None:
            while not ends.wait(PAUSE):
                try:
                    self.statuses.append(ask_token(self.port))
                except httpx.TransportError as error:
                    self.failures.append(repr(error))
                self.turns[number] += 1

        with ThreadPoolExecutor(CLIENTS) as pool:
            for number in range(CLIENTS):
                pool.submit(ask, number)
            try:
                yield self
            finally:
                ends.set()

    def wait_for(self, *, answers: int) -> None:
        """Until so many more have come."""
        enough = len(self.statuses) + answers
        wait_until(lambda: len(self.statuses) >= enough)

    def wait_for_everybody(self) -> None:
        """Until what each client has begun by now is over."""
        before = list(self.turns)
        wait_until(lambda: all(now > then for now, then in zip(self.turns, before, strict=True)))


def ask_token(port: int) -> int:
    """The status of one request for a token."""
    url = f"http://127.0.0.1:{port}/o/token/"
    return httpx.post(url, data=FORM, headers=HEADERS, timeout=PATIENCE, trust_env=False).status_code


def register_robot(server: LiveServer) -> None:
    """The client that these requests come from."""
    server.manage(
        "create_client", "--name", "Robot", "--client-id", ROBOT[0], "--client-secret", ROBOT[1],
        "--scope", "read",
    )  # fmt: skip

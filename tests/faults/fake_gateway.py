"""An SMS vendor over real HTTP on this machine: takes messages, or fails in every way that vendors do.

It sends what it carries to nobody; `carried` is what would have reached phones. Like a vendor that knows idempotency
keys, it carries one key once; messages without a key are carried as often as they come.
"""

import itertools
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

PATIENCE = 120.0
KEY_HEADER = "Idempotency-Key"


@dataclass(frozen=True)
class Sms:
    """One message as the vendor was asked to send it."""

    to: str
    text: str
    key: str

    @property
    def code(self) -> str:
        """The digits it begins with."""
        found = re.match(r"[0-9]+", self.text)
        assert found is not None, "no code in the message"
        return found[0]


class FakeGateway:
    """`script` is what happens to the next calls, one each; after that `habit` does."""

    def __init__(self) -> None:
        self.script: deque[Behaviour] = deque()
        self.habit: Behaviour = takes
        self.asked: list[Sms] = []
        self.carried: list[Sms] = []
        self.news = threading.Condition()
        self.closing = threading.Event()
        self._ids = itertools.count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/send"

    def options(self, route: str) -> dict[str, str]:
        """The settings of a route that leads here: any vendor, by settings alone."""
        return {
            f"SMS_{route}_GATEWAY": "http",
            f"SMS_{route}_URL": self.url,
            f"SMS_{route}_ID_PATH": "id",
            f"SMS_{route}_SUCCESS_PATH": "result",
            f"SMS_{route}_SUCCESS_MATCH": "accepted",
        }

    def carry(self, sms: Sms) -> str:
        """Bring it to the phone; the vendor's id of the message."""
        with self.news:
            if not sms.key or all(other.key != sms.key for other in self.carried):
                self.carried.append(sms)
            self.news.notify_all()
            return f"fake-{next(self._ids)}"

    def next_behaviour(self, sms: Sms) -> "Behaviour":
        with self.news:
            self.asked.append(sms)
            self.news.notify_all()
            return self.script.popleft() if self.script else self.habit

    def carried_to(self, phone: str) -> list[Sms]:
        return [sms for sms in list(self.carried) if sms.to == phone]

    def code_for(self, phone: str, *, nth: int = 1) -> str:
        """The code of the n-th message to a number, waited for as a person would."""
        self.wait_until(lambda: len(self.carried_to(phone)) >= nth)
        return self.carried_to(phone)[nth - 1].code

    def wait_until(self, happened: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(happened, timeout=PATIENCE), "the gateway waited in vain"

    @contextmanager
    def running(self) -> Iterator["FakeGateway"]:
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()


class Handler(BaseHTTPRequestHandler):
    """One call. Behaviours answer through it."""

    gateway: FakeGateway

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        fields = parse_qs(self.rfile.read(length).decode())
        sms = Sms(to=fields["to"][0], text=fields["text"][0], key=self.headers.get(KEY_HEADER, ""))
        self.gateway.next_behaviour(sms)(self, sms)

    def answer(self, status: int, body: str, **headers: str) -> None:
        payload = body.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(payload))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


Behaviour = Callable[[Handler, Sms], None]


def _handler_for(gateway: FakeGateway) -> type[Handler]:
    return type("GatewayHandler", (Handler,), {"gateway": gateway})


def takes(handler: Handler, sms: Sms) -> None:
    """As it should be."""
    handler.answer(200, f'{{"result": "accepted", "id": "{handler.gateway.carry(sms)}"}}')


def answers(status: int, body: str = "", **headers: str) -> Behaviour:
    """Take nothing and say so, or say something nobody understands."""
    return lambda handler, sms: handler.answer(status, body, **headers)


def sleeps(handler: Handler, sms: Sms) -> None:
    """Take the request and do nothing until the caller has gone."""
    handler.gateway.closing.wait(PATIENCE)


def hangs_after_sending(handler: Handler, sms: Sms) -> None:
    """Bring the message to the phone and never say so."""
    handler.gateway.carry(sms)
    handler.gateway.closing.wait(PATIENCE)


def hangs_up_after_sending(handler: Handler, sms: Sms) -> None:
    """Bring the message to the phone and cut the line."""
    handler.gateway.carry(sms)


def talks_nonsense(handler: Handler, sms: Sms) -> None:
    """Something that is no HTTP at all."""
    handler.wfile.write(b"\x00\xff\x17 not http\r\n\r\n")


def drips(handler: Handler, sms: Sms) -> None:
    """A byte now and then, which keeps every read within its time-out."""
    handler.gateway.carry(sms)
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE and not handler.gateway.closing.wait(0.5):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return

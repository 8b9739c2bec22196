"""An app's server over real HTTP on this machine, for what is sent to apps: it takes it, or fails as servers do."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

HANG = -1
DRIP = -2
GARBAGE = -3
FLOOD = -4
PATIENCE = 120.0


@dataclass
class FakeApp:
    """`script` is the status of the next answers (or HANG, DRIP, GARBAGE, FLOOD), one each; then it answers 200."""

    script: deque[int] = field(default_factory=deque)
    headers: dict[str, str] = field(default_factory=dict)
    received: list[dict[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/backchannel"

    @property
    def tokens(self) -> list[str]:
        return [form["logout_token"] for form in self.received]


@contextmanager
def fake_app() -> Iterator[FakeApp]:
    app = FakeApp()
    server = _Server(app)
    app.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield app
    finally:
        app.closing.set()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, app: FakeApp) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.app = app


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        app = self.server.app
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        app.received.append({name: values[0] for name, values in parse_qs(body).items()})
        status = app.script.popleft() if app.script else 200
        odd = {HANG: self._hang, DRIP: self._drip, GARBAGE: self._garbage, FLOOD: self._flood}
        with suppress(OSError):
            odd[status]() if status in odd else self._answer(status)
        self.close_connection = True

    def _answer(self, status: int) -> None:
        self.send_response(status)
        for name, value in self.server.app.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _hang(self) -> None:
        self.server.app.closing.wait(PATIENCE)

    def _garbage(self) -> None:
        self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")

    def _drip(self) -> None:
        """A byte of a header every now and then, each well within a read time-out."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and not self.server.app.closing.wait(0.2):
            self.wfile.write(b"x")

    def _flood(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(20_000):
            self.wfile.write(b"x" * 1024)

    def log_message(self, *args: object) -> None:
        """Silent."""

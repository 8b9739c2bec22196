"""A small HTTP server on this machine that stands for another company's."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

# How long one that does not answer keeps a caller waiting, in seconds.
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """JSON, or text as it is."""

    status: int
    body: Any
    headers: Mapping[str, str] | None = None

    def payload(self) -> bytes:
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class Answers(Protocol):
    """What a server says to a request; None hangs until the test is over."""

    def __call__(self, asked: Asked) -> Reply | None: ...


@contextmanager
def serving(answers: Answers) -> Iterator[str]:
    """The address of a server that gives these answers."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = answers(Asked(self.command, urlsplit(self.path).path, headers, form))
            if reply is None:
                over.wait(PATIENCE)
                return
            payload = reply.payload()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **(reply.headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()

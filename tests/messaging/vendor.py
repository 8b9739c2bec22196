"""A vendor of SMS on loopback, over real HTTP: what it was sent can be read, what it answers is given."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived. Header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class Vendor:
    """Answers with what waits in `answers` (status, text), then with `usual`. None: it hangs after reading."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: deque[tuple[int, str] | None] = field(default_factory=deque)
    usual: tuple[int, str] = (200, "OK")
    release: threading.Event = field(default_factory=threading.Event)


@contextmanager
def vendor_on_loopback() -> Iterator[Vendor]:
    vendor = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            vendor.asked.append(Asked(self.command, self.path, headers, self.rfile.read(length).decode()))
            answer = vendor.answers.popleft() if vendor.answers else vendor.usual
            if answer is None:
                vendor.release.wait(10)
                return
            status, text = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST
        do_PUT = do_POST

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield vendor
    finally:
        vendor.release.set()
        server.shutdown()
        server.server_close()
        thread.join()

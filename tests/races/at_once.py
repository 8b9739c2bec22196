"""Many HTTP requests at one moment: connections are opened first, then every request is sent in one go."""

import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 60


@dataclass(frozen=True)
class Answer:
    status: int
    payload: dict[str, Any]
    retry_after: int = 0


@dataclass(frozen=True)
class Post:
    """One POST. `ip` is what a trusted proxy in front would say of the caller."""

    path: str
    body: bytes
    content_type: str = "application/x-www-form-urlencoded"
    headers: tuple[tuple[str, str], ...] = ()
    ip: str = ""

    def head(self, port: int) -> bytes:
        lines = [
            f"POST {self.path} HTTP/1.1", f"Host: localhost:{port}", "Connection: close",
            f"Content-Type: {self.content_type}", f"Content-Length: {len(self.body)}",
            *(f"{name}: {value}" for name, value in self.headers),
            *([f"X-Forwarded-For: {self.ip}"] if self.ip else []),
        ]  # fmt: skip
        return "\r\n".join([*lines, "", ""]).encode()


def post_at_once(port: int, path: str, fields: dict[str, str], *, times: int) -> list[Answer]:
    """The answers to the same POST sent `times` times in parallel."""
    return send_at_once(port, [Post(path, urlencode(fields).encode())] * times)


def send_at_once(port: int, posts: Sequence[Post]) -> list[Answer]:
    """The answers to these requests, in their order."""
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) for _ in posts]
    for connection, post in zip(sockets, posts, strict=True):
        connection.sendall(post.head(port) + post.body[:-1])
    # Every server thread has its request but for the last byte; now all of them become whole together.
    for connection, post in zip(sockets, posts, strict=True):
        connection.sendall(post.body[-1:])
    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(_read, sockets))


def _read(connection: socket.socket) -> Answer:
    with connection:
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    if b"chunked" in head.lower():
        body = body.partition(b"\r\n")[2].rpartition(b"\r\n0\r\n")[0]
    fields = {
        name.strip().lower(): value.strip()
        for name, _colon, value in (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    }
    is_json = "json" in fields.get("content-type", "")
    return Answer(
        status=int(head.split(b" ", 2)[1]),
        payload=json.loads(body or b"{}") if is_json else {},
        retry_after=int(fields.get("retry-after", "0")),
    )

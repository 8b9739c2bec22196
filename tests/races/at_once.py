"""Many HTTP requests at one moment: connections are opened first, then every request is sent in one go."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 60


@dataclass(frozen=True)
class Answer:
    status: int
    payload: dict[str, Any]


def post_at_once(port: int, path: str, fields: dict[str, str], *, times: int) -> list[Answer]:
    """The answers to the same POST sent `times` times in parallel."""
    body = urlencode(fields).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) for _ in range(times)]
    for connection in sockets:
        connection.sendall(head + body[:-1])
    # Every server thread has its request but for the last byte; now all of them become whole together.
    for connection in sockets:
        connection.sendall(body[-1:])
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(_read, sockets))


def _read(connection: socket.socket) -> Answer:
    with connection:
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    if b"chunked" in head.lower():
        body = body.partition(b"\r\n")[2].rpartition(b"\r\n0\r\n")[0]
    return Answer(int(head.split(b" ", 2)[1]), json.loads(body or b"{}"))

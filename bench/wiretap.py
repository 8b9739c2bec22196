"""Owns counting statements where they cannot hide: on the wire between a server and PostgreSQL.

A proxy on a free port hands every byte on and reads what the server says (PostgreSQL's protocol, version 3): a simple
query, or an execution of what was parsed before. What begins and ends transactions is counted apart.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK = 65536
# Startup messages have no type byte; these two ask for encryption and are followed by the real one (§55.2.1, §55.2.10).
ENCRYPTION_REQUESTS = {80877103, 80877104}
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "START", "DEALLOCATE", "CLOSE", "DISCARD")
# A new connection's first words; "SELECT 1" asks whether a kept one is still there.
SETUP = ("SET ", "SELECT SET_CONFIG", "SHOW ")
PING = "SELECT 1"


@dataclass(slots=True)
class Counts:
    """What went over the wire. `round_trips`: how often the server waited for the database."""

    statements: int = 0
    writes: int = 0
    control: int = 0
    round_trips: int = 0
    texts: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Count one statement by what it begins with."""
        words = text.lstrip().upper()
        if not words or words.startswith(CONTROL) or words.rstrip() == PING:
            self.control += 1
        elif not words.startswith(SETUP):
            self.statements += 1
            self.writes += any(verb in words for verb in ("INSERT INTO", "UPDATE ", "DELETE FROM"))
            self.texts.append(" ".join(text.split())[:160])


class Reader:
    """Takes the bytes of one connection in the server's direction, in any pieces."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._data = b""
        self._is_started = False
        self._prepared: dict[bytes, str] = {}
        self._portals: dict[bytes, str] = {}

    def feed(self, data: bytes) -> None:
        """Read every message that is whole."""
        self._data += data
        while message := self._next():
            kind, body = message
            if kind == b"Q":
                for statement in filter(str.strip, _text(body).split(";")):
                    self._counts.note(statement)
                self._counts.round_trips += 1
            elif kind == b"P":
                name, text = body.split(b"\0")[:2]
                self._prepared[name] = text.decode("utf-8", "replace")
            elif kind == b"B":
                portal, name = body.split(b"\0")[:2]
                self._portals[portal] = self._prepared.get(name, "")
            elif kind == b"E":
                self._counts.note(self._portals.get(body.split(b"\0")[0], ""))
            elif kind == b"S":
                self._counts.round_trips += 1

    def _next(self) -> tuple[bytes, bytes] | None:
        at = 1 if self._is_started else 0
        if len(self._data) < at + 4:
            return None
        (length,) = struct.unpack_from("!I", self._data, at)
        if len(self._data) < at + length:
            return None
        kind, body = self._data[:at], self._data[at + 4 : at + length]
        self._data = self._data[at + length :]
        if not self._is_started:
            self._is_started = int.from_bytes(body[:4]) not in ENCRYPTION_REQUESTS
            kind = b"-"
        return kind, body


@contextlib.contextmanager
def tapped(host: str, port: int) -> Iterator[tuple[int, Counts]]:
    """A port that leads to the database at `host`:`port`, and what is counted there."""
    counts = Counts()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, (host, port), counts), daemon=True).start()
        yield listener.getsockname()[1], counts


def _accept(listener: socket.socket, there: tuple[str, int], counts: Counts) -> None:
    with contextlib.suppress(OSError):  # the listener is closed: the end
        while True:
            here, _ = listener.accept()
            database = socket.create_connection(there)
            for end in (here, database):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = Reader(counts)
            threading.Thread(target=_carry, args=(here, database, reader), daemon=True).start()
            threading.Thread(target=_carry, args=(database, here, None), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket, reader: Reader | None) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            if reader is not None:
                reader.feed(data)
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _text(body: bytes) -> str:
    return body.rstrip(b"\0").decode("utf-8", "replace")

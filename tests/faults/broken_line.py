"""A TCP line to a server on this machine that a test may cut and mend: the server itself keeps running."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass
class Line:
    """While it is cut, whoever calls is hung up on at once, and whoever was connected was hung up on too."""

    target: tuple[str, int]
    server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    is_cut: bool = False
    ends: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        return int(self.server.getsockname()[1])

    def cut(self) -> None:
        with self.lock:
            self.is_cut = True
            self._hang_up()

    def mend(self) -> None:
        self.is_cut = False

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._connect(self.server.accept()[0])

    def close(self) -> None:
        # A thread that waits in accept() is woken by the shutdown, not by the close.
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.cut()

    def _connect(self, caller: socket.socket) -> None:
        with self.lock:
            if self.is_cut:
                caller.close()
                return
            called = socket.create_connection(self.target)
            self.ends += [caller, called]
        for source, sink in ((caller, called), (called, caller)):
            threading.Thread(target=_carry, args=(source, sink), daemon=True).start()

    def _hang_up(self) -> None:
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()


@contextmanager
def line_to(host: str, port: int) -> Iterator[Line]:
    line = Line((host, port))
    threading.Thread(target=line.serve, daemon=True).start()
    try:
        yield line
    finally:
        line.close()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

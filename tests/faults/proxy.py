"""A TCP proxy in this process that a test can make deaf, slow or rude."""

import contextlib
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CHUNK = 65_536
# Closing with this sends RST instead of FIN.
RUDELY = struct.pack("ii", 1, 0)


@dataclass
class Trap:
    """At the first question with these words the connection is reset: `before` it gets there, or `after` it was
    answered and before that is heard. Questions before one with the words `since` do not count. `act` is what else
    happens then.
    """

    when: str
    words: bytes
    since: bytes = b""
    act: Callable[[], None] = lambda: None
    is_sprung: bool = False
    is_armed: bool = False

    def is_for(self, question: bytes) -> bool:
        """Whether this is the question it waits for."""
        self.is_armed = self.is_armed or re.search(self.since, question) is not None
        return self.is_armed and re.search(self.words, question) is not None


@dataclass
class FaultyProxy:
    """Passes bytes on to `upstream`. `hang()`: takes everything and answers nothing. `break_off()`: resets whoever is
    there and whoever comes. `delay`: seconds before each piece of an answer. `answer_bytes`: so much of an answer is
    passed on, then the connection is reset. `upstream` may be changed: new connections go there.

    `calls` counts connections, `questions` the pieces that went upstream: at least one for each round trip.
    """

    upstream: tuple[str, int]
    delay: float = 0.0
    answer_bytes: int | None = None
    calls: int = 0
    questions: int = 0
    trap: Trap | None = None
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket] = field(default_factory=list)
    _goes_on: threading.Event = field(default_factory=threading.Event)
    _is_broken: bool = False

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def hang(self) -> None:
        self._goes_on.clear()

    def break_off(self) -> None:
        self._is_broken = True
        self._reset_all()

    def heal(self) -> None:
        self._is_broken, self.delay, self.answer_bytes = False, 0.0, None
        self._goes_on.set()

    @contextlib.contextmanager
    def running(self) -> Iterator["FaultyProxy"]:
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self._goes_on.set()
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.close()
            self._goes_on.set()
            self._reset_all()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.append(client)
        with contextlib.suppress(OSError), client:
            if self._is_broken:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RUDELY)
                return
            self._goes_on.wait()
            with socket.create_connection(self.upstream) as server:
                self._open.append(server)
                self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            ready, _, _ = select.select([client, server], [], [])
            self._goes_on.wait()
            for one in ready:
                data = one.recv(CHUNK)
                if not data:
                    return
                if one is client:
                    self.questions += 1
                    if self._falls_into_trap(data, server):
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RUDELY)
                        return
                    server.sendall(data)
                else:
                    time.sleep(self.delay)
                    client.sendall(data[: self.answer_bytes])
                    if self.answer_bytes is not None:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RUDELY)
                        return

    def _falls_into_trap(self, data: bytes, server: socket.socket) -> bool:
        trap = self.trap
        if trap is None or not trap.is_for(data):
            return False
        self.trap = None
        if trap.when == "after":
            server.sendall(data)
            server.recv(CHUNK)  # it has done it; nobody hears of that
        trap.act()
        trap.is_sprung = True
        return True

    def _reset_all(self) -> None:
        while self._open:
            one = self._open.pop()
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RUDELY)
                one.shutdown(socket.SHUT_RDWR)

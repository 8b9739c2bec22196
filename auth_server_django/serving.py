"""The server's processes: granian's, but replaced only by those that are ready, on sockets that outlive them.

granian's processes open a listening socket each (SO_REUSEPORT). When one ends, the kernel resets the connections that
wait in its queue, and a successor that starts slowly leaves nobody to take new ones. Here the parent opens the sockets
and keeps them: a successor takes the place of its predecessor at the same queue, so that nobody in it notices.

Run by `manage.py serve`. It must not import Django: a successor loads the code that is on disk when it starts.
"""

import math
import socket
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.server.mp import MPServer

TARGET = "auth_server_django.wsgi:application"
HEADER_BYTES = 65_536
HEADER_MILLISECONDS = 10_000
DRAIN_SECONDS = 30
LOOKS_EVERY = 0.1
SECONDS_BETWEEN_TRIES = 1.0
# Only Linux shares out connections among the sockets of one port; elsewhere all processes take from one queue.
BALANCES = sys.platform == "linux"

Load = Callable[[], Any]
Worker = Any  # granian's WorkerProcess, which has no types


class HandOverServer(MPServer):
    """`respawn_interval` is the longest a successor may take to get ready, in seconds."""

    wrks: list[Worker]

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._places = [self._listen() for _ in range(self.workers if BALANCES else 1)]

    def _drop_shared_socket(self) -> None:
        for place in self._places:
            place.close()

    def _listen(self) -> socket.socket:
        place = socket.socket(socket.AF_INET6 if ":" in self.bind_addr else socket.AF_INET)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if BALANCES:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            # A process that stops closes connections it has taken but not read from. Here nobody takes one before
            # the request has begun to arrive.
            place.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, HEADER_MILLISECONDS // 1000)
        place.bind((self.bind_addr, self.bind_port))
        place.setblocking(False)
        return place  # the process listens, once it can

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Load) -> Worker:  # type: ignore[override]
        place = self._places[idx % len(self._places)]
        others = [other for other in self._places if other is not place]
        reader, writer = Pipe(duplex=False)
        self._sso = place
        self._shd: Any = SocketHolder(place.fileno(), False, self.backlog)  # type: ignore[call-arg]
        load = partial(load_and_tell, callback_loader, writer, others)
        worker: Worker = super()._spawn_worker(idx, target, load)
        worker.news, worker.ours = reader, writer
        return worker

    def _respawn_workers(self, workers: Sequence[int], target: Any, loader: Load, delay: float = 0) -> None:
        for idx in workers:
            if self.interrupt_signal:
                self.main_loop_interrupt.set()  # the loop that called may have missed it
                return
            self._replace(idx, target, loader)

    def _replace(self, idx: int, target: Any, loader: Load) -> None:
        """A successor that does not get ready changes nothing: whoever was there goes on.

        Where nobody is left, it may take as long as it likes.
        """
        old = self.wrks[idx]
        within = self.respawn_interval if old.is_alive() else math.inf
        successor = self._spawn_worker(idx, target, loader)
        successor.interrupt_by_parent = True  # until it is ready, its end is no news
        successor.start()
        if not self._gets_ready(successor, within):
            self._give_up(successor)
            return
        successor.interrupt_by_parent = False
        self.wrks[idx] = successor
        _end(old, timeout=DRAIN_SECONDS)

    def _gets_ready(self, worker: Worker, within: float) -> bool:
        worker.ours.close()  # its own end stays open: when it dies, there is an end of file here
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and not self.interrupt_signal:
            if worker.news.poll(LOOKS_EVERY):
                try:
                    return bool(worker.news.recv())
                except EOFError:
                    return False
        return False

    def _give_up(self, successor: Worker) -> None:
        idx = successor.idx
        _end(successor, timeout=0)
        if self.interrupt_signal:
            return
        if self.wrks[idx].is_alive():
            logger.error(f"The successor of worker-{idx + 1} did not get ready; worker-{idx + 1} goes on")
            return
        self._leave_place(idx)
        self.interrupt_children.append(idx)  # tried again, or the reason why the server ends
        if not any(worker.is_alive() for worker in self.wrks):
            self.interrupt_signal = True
        else:
            # Tried again and again, but others are at work: a process that dies at once must not take their processor.
            time.sleep(SECONDS_BETWEEN_TRIES)
        self.main_loop_interrupt.set()

    def _leave_place(self, idx: int) -> None:
        """Nobody is there to take connections: they go to the others."""
        if BALANCES:
            self._places[idx].close()
            self._places[idx] = self._listen()


def load_and_tell(load: Load, ready: Connection, places_of_others: Sequence[socket.socket]) -> Any:
    """Load the application, in the new process, and say that it is there."""
    for place in places_of_others:
        place.close()
    application = load()
    ready.send(True)
    ready.close()
    return application


def _end(worker: Worker, timeout: float) -> None:
    """Let it finish what it has begun, for so many seconds."""
    if timeout:
        worker.terminate()
        worker.join(timeout)
    if worker.is_alive():
        worker.kill()
        worker.join()


def options() -> Namespace:
    parser = ArgumentParser(prog="serving")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--restart-seconds", type=float, required=True)
    return parser.parse_args()


def main() -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP replaces the processes one by one."""
    chosen = options()
    HandOverServer(
        TARGET,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.WSGI,
        workers=chosen.processes,
        blocking_threads=chosen.threads,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEADER_BYTES),
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=chosen.restart_seconds,
        workers_kill_timeout=DRAIN_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()

"""Owns a server as a process: pinned, waited for, ended with its children."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 10
LOG_LINES = 30
# All that a server gets of the environment of whoever measures: a setting left there must not change a figure.
INHERITED = ("PATH", "HOME", "LANG")


class DidNotStart(Exception):
    """A server or a command before it failed; the message ends with its last lines."""


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    port: int,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    cores: set[int],
) -> Iterator[int]:
    """Start a server on `cores`, wait for its port, yield its process group, stop it.

    Raises DidNotStart, also when somebody else has the port: both could share it, and get half of the load each.
    """
    _refuse_taken(port)
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        if cores:
            os.sched_setaffinity(process.pid, cores)
        _wait_for_port(process, port, log)
        yield process.pid
    finally:
        _stop(process)


def run(command: Sequence[str], *, folder: Path, environment: Mapping[str, str], given: str = "") -> str:
    """Run a command to its end, with `given` on its standard input; what it printed. Raises DidNotStart."""
    done = subprocess.run(
        list(command),
        cwd=folder,
        env=dict(environment),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DidNotStart(f"{' '.join(command[:4])} …\n{tail(done.stdout + done.stderr)}")
    return done.stdout


def inherited() -> dict[str, str]:
    """The part of this process's environment that a measured server may have."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def tail(text: str) -> str:
    """The last lines of a log."""
    return "\n".join(text.strip().splitlines()[-LOG_LINES:])


def _refuse_taken(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise DidNotStart(f"port {port} is taken: end what listens there first") from error


def _wait_for_port(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise DidNotStart(f"nothing listens on port {port}:\n{tail(log.read_text(errors='replace'))}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group: politely first, and at last whoever outlived the parent."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

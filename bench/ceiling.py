"""Owns the proof that the driver is not what is measured: its own speed against a server that does nothing."""

import os
import sys
import tempfile
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from bench.browser import Browser, Socket
from bench.cpu import Meter
from bench.engine import Load, Row
from bench.operations import User
from bench.our_server import ROOT
from bench.pinning import SERVER_CORE, kept_apart
from bench.running import running
from bench.target import read_targets
from scripts.live_server import free_port

CONNECTIONS = 16
SECONDS = 4.0


def ceiling(options: Namespace) -> None:
    """Print how many requests a second the driver sends, and how many its own CPU time would allow."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, kept_apart(frozenset()):
        row = against_nothing(Path(folder), SECONDS)
    allowed = 1e6 / row.driver_us
    print(
        f"{row.per_second:,.0f} requests/s against a server that only answers; {row.driver_us} µs of CPU each,"
    )
    print(f"so {allowed:,.0f} requests/s are the most that one core of driver can ask for.")


def against_nothing(folder: Path, seconds: float) -> Row:
    """A measurement of `bench.echo`. Raises DidNotStart."""
    target = replace(next(iter(read_targets("ours", "none").values())), port=free_port())
    cores = {SERVER_CORE} & os.sched_getaffinity(0) or {SERVER_CORE}
    with running(
        [sys.executable, "-m", "bench.echo", str(target.port)],
        port=target.port,
        folder=ROOT,
        environment=os.environ,
        log=folder / "echo.log",
        cores=cores,
    ) as group:
        users = [User(target, Browser(target, number, Socket(target.port))) for number in range(CONNECTIONS)]
        load = Load("discovery", users)
        return load.measure(warm=0.2, seconds=seconds, meter=Meter(group, frozenset()))

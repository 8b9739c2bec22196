"""Owns where the time of one operation goes: the production server in this process, called by WSGI, under cProfile.

cProfile makes Python's own functions look dearer than C's; the first line says what a call costs without it. PostgreSQL
and Redis are waited for, and their time shows where the waiting is.
"""

import cProfile
import importlib
import io
import os
import pstats
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from bench import our_server
from bench.operations import NEEDS_PERSON, OPERATIONS, Turns, User, users_of
from bench.results import FOLDER
from bench.services import find_services
from bench.wire import Response
from bench.wsgi_transport import WsgiTransport

WARM_CALLS = 50
LINES = 45


class WrongAnswer(Exception):
    """The operation that is profiled got an answer that is not as it has to be."""


def profile(options: Namespace) -> None:
    """Print a profile, and keep it when `options.label` names it. Raises DidNotStart, FlowFailed, WrongAnswer."""
    services = find_services()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        our_server.prepared(services, Path(folder), people=1, ACCESS_LOG="0") as ours,
    ):
        os.environ.update(ours.environment)
        # Only now: settings are read from the environment when the application is imported.
        application = importlib.import_module("auth_server_django.wsgi").application
        variant = f"jwt-{options.algorithm.lower()}"
        user = users_of(ours.targets[variant], 1, WsgiTransport(application))[0]
        text = _profiled(user, options.operation, options.calls)
        # Or the database could not be removed.
        importlib.import_module("django.db").connections.close_all()
    text = f"{options.operation} {options.algorithm}, {options.calls} calls\n{text}"
    print(text)
    if options.label:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"profile-{options.label}.txt").write_text(text, encoding="utf-8")


def _profiled(user: User, operation: str, calls: int) -> str:
    run = _caller(user, operation)
    run(WARM_CALLS)
    begun, used = time.perf_counter(), time.process_time()
    run(calls)
    took, cost = time.perf_counter() - begun, time.process_time() - used
    watcher = cProfile.Profile()
    watcher.enable()
    run(calls)
    watcher.disable()
    out = io.StringIO()
    stats = pstats.Stats(watcher, stream=out).strip_dirs()
    stats.sort_stats("tottime").print_stats(LINES)
    stats.sort_stats("cumulative").print_stats(LINES)
    each = 1e6 / calls
    return f"Without the profiler: {took * each:.0f} µs a call, {cost * each:.0f} µs of them CPU\n{out.getvalue()}"


def _caller(user: User, operation: str) -> Callable[[int], None]:
    """A function that does the operation so many times."""

    def run(calls: int) -> None:
        if operation in NEEDS_PERSON:
            user.renew()
        turns = OPERATIONS[operation](user)
        for _ in range(calls):
            _once(turns, user.browser.send)

    return run


def _once(turns: Turns, send: Callable[[bytes], Response]) -> None:
    item = next(turns)
    while isinstance(item, bytes):
        item = turns.send(send(item))
    if item:
        raise WrongAnswer(item)

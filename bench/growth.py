"""Owns what growth costs: two databases, a small and a big one, a server on each, under load one after the other.

Then the clean-up beside the load, and how many bytes a sign-in, a code and a refresh leave on the disk.
"""

import datetime
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import growth_page, our_server, results
from bench.browser import Socket
from bench.conditions import conditions
from bench.cpu import Meter, wait_until_quiet
from bench.disk import measure_bytes, sizes
from bench.engine import Load, Row
from bench.growth_seed import fill
from bench.operations import NEEDS_PERSON, User, users_of
from bench.percentile import median
from bench.pinning import SERVER_CORE, go_ahead, kept_apart
from bench.plan import RS256, Stage
from bench.services import Services, find_services

OPERATIONS = ("client_credentials", "authorization_code", "refresh", "introspect")
CONNECTIONS = 16
BESIDE = "refresh"
CLEANUP_SECONDS = 25
CLEANUP_START_SECONDS = 4.0


@dataclass(slots=True)
class Place:
    """A server with its database, and people who are signed in there."""

    ours: our_server.Prepared
    group: int
    users: list[User]


def growth(options: Namespace, say: Callable[[str], None] = print) -> results.Results:
    """Measure as `options` (see `python -m bench growth --help`) say, and write it down.

    Raises DidNotStart, FlowFailed.
    """
    services = find_services()
    is_quiet = wait_until_quiet(2)
    go_ahead()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True))
        )
        pinned = stack.enter_context(kept_apart(services.pids))
        small = stack.enter_context(_place(services, folder, number=0))
        say("Bytes of a sign-in, a code flow and a refresh …")
        left = [asdict(one) for one in measure_bytes(small.ours, small.users)]
        big = stack.enter_context(_place(services, folder, number=1))
        for place, number in ((small, options.small), (big, options.big)):
            say(f"Filling a database with {number:,} families and as many log rows …")
            fill(place.ours.environment["DATABASE_URL"], number)
        rows = [_beside(services, small, big, operation, options, say) for operation in OPERATIONS]
        cleaning = _cleanup(services, big, options, say)
        tables = [
            asdict(one) for one in sizes(big.ours.environment["DATABASE_URL"]) if one.rows >= options.small
        ]
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    stage = Stage(CONNECTIONS, 1, options.rounds, 1.0, options.seconds)
    found: results.Results = {
        "conditions": conditions(services, [stage], pinned=pinned, busy=not is_quiet, day=day),
        "small": options.small,
        "big": options.big,
        "operations": rows,
        "cleanup": cleaning,
        "tables": tables,
        "left": left,
    }
    if not options.no_page:
        results.write(found, results.FOLDER / f"growth-{day}.json")
        growth_page.write(found)
    say(growth_page.generated(found))
    return found


@contextmanager
def _place(services: Services, folder: Path, *, number: int) -> Iterator[Place]:
    # A Redis database for each, or one server would meet what the other has cached.
    redis_url = urlsplit(services.redis_url)._replace(path=f"/{9 + number}").geturl()
    with our_server.prepared(services, folder, people=CONNECTIONS, REDIS_URL=redis_url) as ours:
        port = ours.targets[RS256].port + number
        target = replace(ours.targets[RS256], port=port)
        with our_server.serving(ours, processes=1, cores={SERVER_CORE}, port=port) as group:
            yield Place(ours, group, users_of(target, CONNECTIONS, Socket(port)))


def _measured(services: Services, place: Place, operation: str, seconds: float) -> Row:
    if operation in NEEDS_PERSON:
        for user in place.users:
            user.renew()
    load = Load(operation, place.users)
    return load.measure(warm=1.0, seconds=seconds, meter=Meter(place.group, services.pids))


def _beside(
    services: Services,
    small: Place,
    big: Place,
    operation: str,
    options: Namespace,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """One operation at both sizes, in turn; the ratios are big to small, each from a pair."""
    pairs = [
        [_measured(services, place, operation, options.seconds) for place in (small, big)]
        for _ in range(options.rounds)
    ]
    figures = {
        name: median([getattr(pair[1], name) / max(getattr(pair[0], name), 1e-9) for pair in pairs])
        for name in ("per_second", "p99", "server_us", "database_us")
    }
    errors = sum(row.errors for pair in pairs for row in pair)
    say(f"{operation}: big/small {figures}, {errors} errors")
    return {
        "operation": operation,
        "ratios": figures,
        "errors": errors,
        "rows": [[asdict(row) for row in pair] for pair in pairs],
    }


def _cleanup(
    services: Services, big: Place, options: Namespace, say: Callable[[str], None]
) -> dict[str, Any]:
    """The 99th percentile of refreshes with and without a clean-up that has much to do."""
    alone = [_measured(services, big, BESIDE, options.seconds) for _ in range(options.rounds)]
    command = [sys.executable, "manage.py", "cleanup", "--seconds", str(CLEANUP_SECONDS)]
    with subprocess.Popen(
        command, cwd=our_server.ROOT, env=dict(big.ours.environment), stdout=subprocess.PIPE, text=True
    ) as process:
        time.sleep(CLEANUP_START_SECONDS)
        beside = [_measured(services, big, BESIDE, options.seconds) for _ in range(options.rounds)]
        was_there = process.poll() is None
        said = process.communicate()[0]
    figures = {
        "alone_p99": median([row.p99 for row in alone]),
        "beside_p99": median([row.p99 for row in beside]),
        "alone_per_second": median([row.per_second for row in alone]),
        "beside_per_second": median([row.per_second for row in beside]),
        "errors": sum(row.errors for row in alone + beside),
        "cleanup_ran_all_the_time": was_there,
        "removed": {
            line.split(None, 1)[1]: int(line.split()[0])
            for line in said.splitlines()
            if line.split()[0] != "0"
        },
    }
    say(f"clean-up: {figures}")
    return figures

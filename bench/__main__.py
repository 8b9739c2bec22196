"""`python -m bench`: compare (the default), growth, profile, ceiling. `make bench ARGS="…"` calls it."""

import contextlib
import fcntl
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from bench import ceiling, compare, growth, profile
from bench.browser import FlowFailed
from bench.engine import ServerGone
from bench.peer_server import NoPeer
from bench.running import DidNotStart
from bench.services import NotDurable

LOCK = Path(tempfile.gettempdir()) / "auth-server-bench.lock"


class AnotherRuns(Exception):
    """Two runs at once would measure each other."""


STOPS = (FlowFailed, ServerGone, NoPeer, DidNotStart, NotDurable, AnotherRuns)


def read(arguments: list[str]) -> Namespace:
    """The command line, with the function to run in `run`."""
    parser = ArgumentParser(prog="python -m bench", description="Measure this server. See bench/README.md.")
    commands = parser.add_subparsers(required=True, metavar="command")
    one = commands.add_parser("compare", help="ours and node-oidc-provider, in one sitting")
    one.add_argument("--quick", action="store_true", help="a rough look in a few minutes; writes no page")
    one.add_argument(
        "--only", nargs="+", choices=compare.operations(), default=[], help="these operations; writes no page"
    )
    one.add_argument("--rounds", type=int, default=0, help="measurements of each cell")
    one.add_argument("--seconds", type=float, default=0.0, help="length of each")
    one.add_argument(
        "--stages",
        type=int,
        choices=[1, 2, 3],
        default=3,
        help="only the first of them; the page tells the rest",
    )
    one.add_argument(
        "--patience", type=float, default=300.0, help="seconds to wait for a quiet machine, all in all"
    )
    one.add_argument("--logs", type=Path, help="keep the servers' logs in this folder")
    one.set_defaults(run=compare.compare)
    one = commands.add_parser(
        "growth", help="the same server with 10 k and with 1 M families, and bytes of disk"
    )
    one.add_argument("--small", type=int, default=10_000)
    one.add_argument("--big", type=int, default=1_000_000)
    one.add_argument("--seconds", type=float, default=4.0)
    one.add_argument("--rounds", type=int, default=3)
    one.add_argument("--no-page", action="store_true", help="write results and pages nowhere")
    one.set_defaults(run=growth.growth)
    one = commands.add_parser("profile", help="where the time of one operation goes, in this process")
    one.add_argument("operation", choices=compare.operations())
    one.add_argument("--algorithm", choices=["RS256", "ES256"], default="RS256")
    one.add_argument("--calls", type=int, default=500)
    one.add_argument("--label", default="", help="write bench/results/profile-LABEL.txt")
    one.set_defaults(run=profile.profile)
    one = commands.add_parser("ceiling", help="how many requests a second the driver can send")
    one.set_defaults(run=ceiling.ceiling)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["compare", *arguments]
    return parser.parse_args(arguments)


@contextlib.contextmanager
def alone(lock: Path = LOCK) -> Iterator[None]:
    """Be the only run on this machine. Raises AnotherRuns. The lock goes with the process, however that ends."""
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnotherRuns("another bench runs") from error
        yield


def main(arguments: list[str]) -> int:
    """Run a command; 1 when it could not go on."""
    options = read(arguments)
    # Whoever ends the run politely finds no server, database or pin left over.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with alone():
            options.run(options)
    except STOPS as problem:
        print(f"{type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Owns a whole comparison: prepare both, measure every stage, count statements, write results and page."""

import datetime
import os
import shutil
import tempfile
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench import our_server, page, peer_server, results
from bench.conditions import conditions
from bench.cpu import wait_until_quiet
from bench.page import stage_table
from bench.pinning import go_ahead, kept_apart
from bench.plan import CELLS, Stage, stages
from bench.services import Services, find_services
from bench.sitting import MOST_FOREIGN_PERCENT, Measured, Sitting
from bench.statements import Cost, count_all

QUIET_AT_START_SECONDS = 60
# Figures of a quick look stay out of the pages.
QUICK = our_server.ROOT / "test-results" / "bench-quick.json"
Say = Callable[[str], None]


def compare(options: Namespace, say: Say = print) -> results.Results:
    """Measure ours and the peer as `options` (see `python -m bench compare --help`) say, and write it down.

    Raises what cannot be gone on from: DidNotStart, NoPeer, NotDurable, FlowFailed, ServerGone.
    """
    plan = _plan(options)
    services = find_services()
    peer_server.install()
    is_quiet = wait_until_quiet(max(2.0, min(QUIET_AT_START_SECONDS, _patience(options))))
    if not is_quiet:
        say(
            f"WARNING: the machine is busy (load {os.getloadavg()[0]:.1f}): figures are rough, ratios less so."
        )
    go_ahead()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True))
        )
        pinned = stack.enter_context(kept_apart(services.pids))
        rows, costs = _measured(plan, services, folder, options, say)
        if options.logs:
            shutil.copytree(folder, options.logs, dirs_exist_ok=True)
    is_busy = not is_quiet or _was_disturbed(rows)
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    told = conditions(services, plan, pinned=pinned, busy=is_busy, day=day) | _left_out(plan)
    found = results.gathered(told, rows, costs)
    _write(found, day, options, say)
    return found


def _patience(options: Namespace) -> float:
    return 0.0 if options.quick else float(options.patience)


def _plan(options: Namespace) -> list[Stage]:
    chosen = stages(quick=options.quick)[: options.stages]
    if options.seconds:
        chosen = [replace(stage, seconds=options.seconds) for stage in chosen]
    if options.rounds:
        chosen = [replace(stage, rounds=options.rounds) for stage in chosen]
    return chosen


def _left_out(plan: list[Stage]) -> dict[str, str]:
    """What the page says was not measured in a short run."""
    measured = {stage.title for stage in plan}
    missing = [stage.title for stage in stages(quick=False) if stage.title not in measured]
    return {"Left out": "; ".join(missing)} if missing else {}


def _measured(
    plan: list[Stage], services: Services, folder: Path, options: Namespace, say: Say
) -> tuple[list[Measured], list[Cost]]:
    rows: list[Measured] = []
    with ExitStack() as stack:
        people = max(stage.connections for stage in plan)
        ours = stack.enter_context(our_server.prepared(services, folder, people=people))
        peer_url = stack.enter_context(peer_server.role(services))
        sitting = Sitting(services, ours, peer_url, folder, patience=_patience(options))
        for stage in plan:
            say(f"\n== {stage.title}")
            for measured in sitting.measure(stage, options.only):
                rows.append(measured)
                say(_line(measured))
        say("\n== Statements")
        costs = count_all(services, ours, peer_url, folder)
    return rows, costs


def _line(measured: Measured) -> str:
    row = measured.row
    text = (
        f"{measured.contestant:19}{row.operation:19}{measured.algorithm:6}{row.per_second:>9.1f}/s"
        f"  p50 {row.p50:8.2f} ms  p99 {row.p99:8.2f} ms  server {row.server_us:8.1f} µs  db {row.database_us:7.1f} µs"
        f"  driver {row.driver_us:6.1f} µs  others {row.foreign_percent:5.1f} %"
    )
    complaints = "".join(f"\n    VOID, {row.errors} errors: {text}" for text in row.complaints)
    return text + complaints


def _was_disturbed(rows: list[Measured]) -> bool:
    """Whether strangers took their part of the machine in more than a tenth of the measurements."""
    disturbed = [one for one in rows if one.row.foreign_percent > MOST_FOREIGN_PERCENT]
    return len(disturbed) > len(rows) / 10


def _write(found: results.Results, day: str, options: Namespace, say: Say) -> None:
    is_whole = not options.quick and not options.only
    path = results.FOLDER / f"{day}.json" if is_whole else QUICK
    results.write(found, path)
    if is_whole:
        text = page.PAGE.read_text(encoding="utf-8")
        page.PAGE.write_text(page.replaced(text, page.generated(found)), encoding="utf-8")
    for stage in results.stage_names(found):
        say(f"\n{stage}\n{stage_table(found, stage)}")
    say(f"\nRaw results: {path.relative_to(our_server.ROOT)}")


def operations() -> list[str]:
    """What `--only` may name."""
    return list(dict.fromkeys(cell.operation for cell in CELLS))

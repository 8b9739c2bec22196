"""What the benchmark makes of its measurements: ratios, void rows, the page, the command line."""

from pathlib import Path
from typing import Any

import pytest

from bench import growth_page, page, results
from bench.__main__ import read
from bench.cpu import family_of, processes
from bench.engine import Row
from bench.plan import CELLS, stages
from bench.sitting import Measured


def a_row(operation: str, per_second: float, errors: int = 0) -> Row:
    return Row(operation, 16, 1.0, 10, errors, per_second, 1.0, 2.0, 300.0, 20.0, 5.0, 0.0)


def a_run(ours: list[Row], theirs: list[Row], algorithm: str = "RS256") -> results.Results:
    rows = [
        Measured("a stage", name, algorithm, number, row)
        for name, many in (("ours/jwt-rs256", ours), ("peer/jwt-rs256", theirs))
        for number, row in enumerate(many)
    ]
    return results.gathered({"Day": "today", "busy": False}, rows, [])


def test_this_process_is_seen_with_its_cpu_time() -> None:
    mine = [one for one in processes() if one.pid in family_of(1)]
    assert any(one.pid == 1 for one in mine)
    assert all(one.own >= 0 for one in processes())


def test_the_ratio_is_the_middle_of_pairs_from_the_same_round() -> None:
    rates = [(100, 100), (100, 50), (100, 25)]
    run = a_run([a_row("refresh", ours) for ours, _ in rates], [a_row("refresh", its) for _, its in rates])
    cell = next(cell for cell in CELLS if (cell.operation, cell.algorithm) == ("refresh", "RS256"))
    assert results.Figures(run, "a stage").ratio(cell, "peer/jwt-rs256") == 2.0
    assert "| refresh | RS256 | 100 | 50 | **2.00** |" in page.stage_table(run, "a stage")


def test_one_error_makes_a_row_void() -> None:
    run = a_run([a_row("refresh", 900), a_row("refresh", 900, errors=1)], [a_row("refresh", 100)] * 2)
    line = next(
        line for line in page.stage_table(run, "a stage").splitlines() if line.startswith("| refresh")
    )
    assert "900" not in line
    assert "| void | 100 | void |" in line
    assert "| refresh | RS256 | peer/jwt-rs256 | ≥ 1.1 | void | void | void |" in page.generated(run)


def test_the_generated_part_takes_the_place_of_the_old_one() -> None:
    text = f"before\n{page.BEGIN}\n\nold\n\n{page.END}\nafter"
    assert page.replaced(text, "new") == f"before\n{page.BEGIN}\n\nnew\n\n{page.END}\nafter"
    assert page.generated_in(page.replaced(text, "new")) == "new"
    with pytest.raises(page.NoPlace):
        page.replaced("no marks", "new")


def test_the_command_line_compares_when_nothing_else_is_said() -> None:
    assert read(["--quick", "--only", "refresh"]).only == ["refresh"]
    assert read([]).quick is False
    assert read(["growth", "--big", "5000"]).big == 5000
    assert (read([]).stages, read(["--stages", "1"]).stages) == (3, 1)
    assert len(stages(quick=True)) == 1
    assert {(stage.connections, stage.processes) for stage in stages(quick=False)} == {
        (16, 1),
        (1, 1),
        (16, 2),
    }


@pytest.mark.parametrize(
    ("prefix", "shown", "made"),
    [("", page.PAGE, page.generated), ("growth-", growth_page.PAGE, growth_page.generated)],
    ids=["performance.md", "scaling.md"],
)
@pytest.mark.requirement("F42")
def test_the_page_shows_the_newest_results(prefix: str, shown: Path, made: Any) -> None:
    path = results.newest(prefix)
    told = made(results.read(path)).strip() if path else ""
    assert page.generated_in(shown.read_text(encoding="utf-8")) == told

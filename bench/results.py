"""Owns the raw results: one JSON file a run, from which the pages are made."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.percentile import median
from bench.plan import CELLS, Cell
from bench.sitting import Measured
from bench.statements import Cost

FOLDER = Path(__file__).resolve().parent / "results"
Results = dict[str, Any]


def gathered(conditions: dict[str, Any], rows: list[Measured], costs: list[Cost]) -> Results:
    """What is written down of a run."""
    return {
        "conditions": conditions,
        "rows": [
            {"stage": one.stage, "contestant": one.contestant, "algorithm": one.algorithm, "round": one.round}
            | asdict(one.row)
            for one in rows
        ],
        "statements": [asdict(cost) for cost in costs],
    }


def write(results: Results, path: Path) -> None:
    """Write a run down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def newest(prefix: str = "", folder: Path = FOLDER) -> Path | None:
    """The latest run's file; names are dates, after a prefix for other kinds of runs."""
    found = sorted(folder.glob(f"{prefix}[0-9]*.json"))
    return found[-1] if found else None


def read(path: Path) -> Results:
    """A run that was written down."""
    results: Results = json.loads(path.read_text(encoding="utf-8"))
    return results


class Figures:
    """The middle of the rounds, for each contestant of a cell in a stage. A row with an error has no figures."""

    def __init__(self, results: Results, stage: str) -> None:
        self._rows = [row for row in results["rows"] if row["stage"] == stage]

    def rounds(self, cell: Cell, contestant: str) -> list[dict[str, Any]]:
        """Every measurement of one contestant in a cell, in order; nothing when one of them is void."""
        rows = [
            row
            for row in self._rows
            if (row["operation"], row["algorithm"], row["contestant"])
            == (cell.operation, cell.algorithm, contestant)
        ]
        return [] if any(row["errors"] or not row["count"] for row in rows) else rows

    def middle(self, cell: Cell, contestant: str, figure: str) -> float | None:
        """The median of a figure over the rounds."""
        values = [row[figure] for row in self.rounds(cell, contestant)]
        return median(values) if values else None

    def ratio(self, cell: Cell, peer: str, figure: str = "per_second") -> float | None:
        """The median of ours divided by the peer's, each pair from the same round."""
        ours = self.rounds(cell, cell.contestants[0])
        theirs = self.rounds(cell, peer)
        pairs = [(mine[figure], its[figure]) for mine, its in zip(ours, theirs, strict=False)]
        return median([mine / its for mine, its in pairs]) if pairs and all(its for _, its in pairs) else None


def stage_names(results: Results) -> list[str]:
    """The stages of a run, in their order."""
    return list(dict.fromkeys(row["stage"] for row in results["rows"]))


def cells_of(results: Results) -> list[Cell]:
    """The cells that a run measured."""
    seen = {(row["operation"], row["algorithm"]) for row in results["rows"]}
    return [cell for cell in CELLS if (cell.operation, cell.algorithm) in seen]

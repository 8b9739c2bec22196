"""Owns the part of docs/performance.md that is made from results; what stands around it is written by hand."""

from collections.abc import Sequence
from pathlib import Path

from bench.plan import PEER, Cell
from bench.results import Figures, Results, cells_of, stage_names

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "performance.md"
BEGIN = "<!-- The lines below are written by `make bench` from bench/results/. -->"
END = "<!-- The lines above are written by `make bench`. -->"
VOID = "void"


class NoPlace(Exception):
    """A page lacks the two marks between which the generated part stands."""


def replaced(text: str, generated: str) -> str:
    """The page with another generated part. Raises NoPlace."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoPlace("the marks of the generated part are missing")
    return f"{before}{BEGIN}\n\n{generated.strip()}\n\n{END}{after}"


def generated_in(text: str) -> str:
    """The generated part of a page. Raises NoPlace."""
    if BEGIN not in text or END not in text:
        raise NoPlace("the marks of the generated part are missing")
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def generated(results: Results) -> str:
    """Everything that a run found, in Markdown."""
    parts = [_conditions(results)]
    stages = stage_names(results)
    if stages:
        parts += ["### Against the targets", _targets(results, stages[0])]
    for stage in stages:
        parts += [f"### {stage[0].upper()}{stage[1:]}", stage_table(results, stage)]
    if stages:
        parts += ["### The steps of the code flow", _steps(results, stages[0])]
        parts += ["### Access tokens: JWT and opaque", _opaque(results, stages[0])]
    if results["statements"]:
        parts += ["### Statements to the database", _statements(results)]
    return "\n\n".join(parts)


def stage_table(results: Results, stage: str) -> str:
    """Every cell of a stage, ours and the peer it is compared with."""
    figures, rows = Figures(results, stage), []
    for cell in cells_of(results):
        ours, peer = cell.contestants[:2]
        rows.append(
            [
                words(cell.operation), cell.algorithm,
                number(figures.middle(cell, ours, "per_second")), number(figures.middle(cell, peer, "per_second")),
                ratio(figures.ratio(cell, peer)),
                _times(figures, cell, ours), _times(figures, cell, peer),
                number(figures.middle(cell, ours, "server_us")), number(figures.middle(cell, peer, "server_us")),
                number(figures.middle(cell, ours, "database_us")), number(figures.middle(cell, peer, "database_us")),
                number(figures.middle(cell, ours, "driver_us")),
            ]
        )  # fmt: skip
    heads = [
        "Operation", "Signed", "Ours /s", "Peer /s", "Ratio", "Ours p50 / p99 ms", "Peer p50 / p99 ms",
        "Ours CPU µs", "Peer CPU µs", "Ours DB µs", "Peer DB µs", "Driver µs",
    ]  # fmt: skip
    return table(heads, rows)


def number(value: float | None) -> str:
    """A figure with as many digits as it deserves; "void" where there is none."""
    if value is None:
        return VOID
    return f"{value:,.0f}" if abs(value) >= 20 else f"{value:.1f}"


def ratio(value: float | None) -> str:
    """How many times as fast."""
    return VOID if value is None else f"**{value:.2f}**"


def words(name: str) -> str:
    """An operation's or contestant's name for people."""
    return name.replace("_", " ").replace("jwks", "JWKS").replace("authorization code", "code flow")


def _conditions(results: Results) -> str:
    facts = results["conditions"]
    lines = [f"- {name}: {value}" for name, value in facts.items() if name != "busy"]
    if facts.get("busy"):
        lines.insert(
            0, "**Rough figures: other work ran on the machine meanwhile. Only the ratios mean something.**\n"
        )
    return "\n".join(lines)


def _targets(results: Results, stage: str) -> str:
    figures, rows = Figures(results, stage), []
    for cell in cells_of(results):
        found = figures.ratio(cell, cell.contestants[1])
        by_cpu = figures.ratio(cell, cell.contestants[1], "server_us")
        met = VOID if found is None else "yes" if found >= cell.goal else "no"
        rows.append(
            [
                words(cell.operation), cell.algorithm, words(cell.contestants[1]), f"≥ {cell.goal:.1f}",
                ratio(found), VOID if not by_cpu else f"{1 / by_cpu:.2f}", met,
            ]
        )  # fmt: skip
    return table(["Operation", "Signed", "Against", "Target", "Requests/s", "By server CPU", "Met"], rows)


def _opaque(results: Results, stage: str) -> str:
    figures, rows = Figures(results, stage), []
    for cell in cells_of(results):
        for peer in cell.contestants[1:]:
            if cell.operation in ("client_credentials", "authorization_code", "refresh"):
                shown = number(figures.middle(cell, peer, "per_second"))
                rows.append(
                    [
                        words(cell.operation),
                        peer.removeprefix(f"{PEER}/"),
                        shown,
                        ratio(figures.ratio(cell, peer)),
                    ]
                )
    return table(["Operation", "The peer's variant", "Peer /s", "Ours to it"], rows)


def _steps(results: Results, stage: str) -> str:
    rows = []
    seen: dict[tuple[str, str, str], list[dict[str, float]]] = {}
    for row in results["rows"]:
        if row["stage"] == stage:
            for step, times in row["steps"].items():
                seen.setdefault((row["contestant"], row["algorithm"], step), []).append(times)
    for (contestant, algorithm, step), many in seen.items():
        middle = sorted(many, key=lambda times: times["p50"])[len(many) // 2]
        rows.append([contestant, algorithm, step, f"{middle['p50']:.1f}", f"{middle['p99']:.1f}"])
    return table(["Contestant", "Signed", "Request", "p50 ms", "p99 ms"], rows)


def _statements(results: Results) -> str:
    rows = [
        [
            words(cost["operation"]), cost["contestant"], f"{cost['statements']:g}", f"{cost['writes']:g}",
            f"{cost['control']:g}", f"{cost['round_trips']:g}",
        ]
        for cost in results["statements"]
    ]  # fmt: skip
    heads = [
        "Request",
        "Server",
        "Statements",
        "Of them writing",
        "Transactions and pings",
        "Waits for the database",
    ]
    return table(heads, rows)


def _times(figures: Figures, cell: Cell, contestant: str) -> str:
    p50, p99 = (figures.middle(cell, contestant, figure) for figure in ("p50", "p99"))
    return VOID if p50 is None or p99 is None else f"{p50:.1f} / {p99:.1f}"

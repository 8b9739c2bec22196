"""Owns the parts of docs/scaling.md and docs/performance.md that are made from results of `bench growth`."""

from collections.abc import Mapping
from typing import Any

from bench.page import DOCS, replaced, table, words
from bench.results import Results

PAGE = DOCS / "scaling.md"
# A month of a million people who open their apps every day: what one of them does.
SIGN_INS, CODES, REFRESHES = 1, 3, 120
PEOPLE = 1_000_000
WITHIN = 0.1
MOST_P99 = 2.0


def write(found: Results) -> None:
    """Put the generated part into docs/scaling.md. Raises NoPlace."""
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), generated(found)), encoding="utf-8")


def generated(found: Results) -> str:
    """Everything that a run found, in Markdown."""
    facts = found["conditions"]
    rough = " Rough: other work ran on the machine meanwhile." if facts["busy"] else ""
    database = f"PostgreSQL {facts['PostgreSQL server_version']}, durable"
    sizes = f"From {found['small']:,} to {found['big']:,} token families and as many rows of the record"
    return "\n\n".join(
        [
            f"Measured on {facts['Day']} ({facts['Machine']}; {database}).{rough}",
            f"**{sizes}**, 16 connections:",
            _operations(found),
            "**A clean-up with a great deal to do, beside refreshes**, in the big database:",
            _cleanup(found["cleanup"]),
            "**Bytes of the database**, rows and indexes:",
            _left(found["left"]),
            _month(found["left"]),
            "**Bytes of a row** in the big database:",
            _tables(found["tables"]),
        ]
    )


def month_bytes(left: list[Mapping[str, Any]]) -> float:
    """What a million people leave in a month."""
    times = (SIGN_INS, CODES, REFRESHES)
    each: float = sum(many * one["bytes"] for many, one in zip(times, left, strict=True))
    return PEOPLE * each


def _operations(found: Results) -> str:
    rows = []
    for one in found["operations"]:
        ratios = one["ratios"]
        is_within = not one["errors"] and ratios["per_second"] >= 1 - WITHIN
        rows.append(
            [
                words(one["operation"]), f"{ratios['per_second']:.2f}", f"{ratios['p99']:.2f}",
                f"{ratios['server_us']:.2f}", f"{ratios['database_us']:.2f}", "yes" if is_within else "no",
            ]
        )  # fmt: skip
    heads = [
        "Operation",
        "Requests/s, big to small",
        "p99",
        "Server CPU",
        "Database CPU",
        f"At most {WITHIN:.0%} slower",
    ]
    return table(heads, rows)


def _cleanup(figures: Mapping[str, Any]) -> str:
    times = figures["beside_p99"] / max(figures["alone_p99"], 1e-9)
    removed = ", ".join(f"{count:,} {name}" for name, count in figures["removed"].items()) or "nothing"
    note = "" if figures["cleanup_ran_all_the_time"] else " It ended before the measurement did."
    return (
        f"p99 {figures['alone_p99']:.1f} ms alone, {figures['beside_p99']:.1f} ms beside it: {times:.2f} times "
        f"(goal: {MOST_P99:.0f} at most); {figures['alone_per_second']:.0f} and {figures['beside_per_second']:.0f} "
        f"refreshes/s. It removed {removed}.{note}"
    )


def _left(left: list[Mapping[str, Any]]) -> str:
    rows = [[one["operation"], f"{one['bytes']:,.0f}", _added(one["rows"])] for one in left]
    return table(["One", "Bytes", "Rows it adds"], rows)


def _added(rows: Mapping[str, float]) -> str:
    named = [f"{_short(name)} {count:g}" for name, count in rows.items() if abs(count) >= 0.01]
    return ", ".join(named) or "none"


def _month(left: list[Mapping[str, Any]]) -> str:
    gigabytes = month_bytes(left) / 1e9
    return (
        f"A month of a million people, each with {SIGN_INS} sign-in, {CODES} code flows and {REFRESHES} refreshes: "
        f"**{gigabytes:,.0f} GB**, nearly all of it the record, which stays for `LOG_RETENTION_DAYS`."
    )


def _tables(tables: list[Mapping[str, Any]]) -> str:
    rows = [
        [
            _short(one["table"]),
            f"{one['rows']:,}",
            f"{one['heap'] / one['rows']:.0f}",
            f"{one['total'] / one['rows']:.0f}",
        ]
        for one in tables
    ]
    return table(["Table", "Rows", "Row alone", "With indexes"], rows)


def _short(name: str) -> str:
    return name.rpartition("_")[2] if name.count("_") > 1 else name

"""Owns what docs/compliance.md says of OpenID Connect: conformance modules with their tests, and what is not done."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "tests" / "spec" / "conformance" / "modules.toml"
UNSUPPORTED = ROOT / "tests" / "unsupported.toml"

MODULES_HEAD = """
## OpenID Connect conformance modules

The OpenID Foundation certifies servers with a suite of test modules. Each module that concerns this server has a test
of its name, played by a relying party as strict as the suite's. That is no certificate: the suite itself has not
been run.
"""
UNSUPPORTED_HEAD = """
## What is not supported

Left out on purpose, or not built. None of it is advertised: where discovery has a word for it, a test asks.

| | Standard | Why |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of the suite. The tests of its modules are in `folder`."""

    title: str
    name: str
    folder: str
    modules: Sequence[str]
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something that is not done. `members` and `values` are what discovery must not say then."""

    name: str
    standard: str
    reason: str
    members: Sequence[str] = ()
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def read_plans(path: Path = MODULES) -> list[Plan]:
    """The plans, in the file's order; one that is the same as another has the other's modules."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = {key: row for key, row in data.items() if key != "skipped"}
    return [_plan(row, rows.get(row.get("same_as", ""), row)) for row in rows.values()]


def _plan(row: Mapping[str, Any], source: Mapping[str, Any]) -> Plan:
    same_as = source["title"] if source is not row else ""
    return Plan(row["title"], row["plan"], source["folder"], source["modules"], same_as)


def read_skipped(path: Path = MODULES) -> Mapping[str, str]:
    """Modules that the suite has nothing to do in for this server, with the reason."""
    skipped: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["skipped"]
    return skipped


def read_unsupported(path: Path = UNSUPPORTED) -> list[Unsupported]:
    """What is not done, in the file's order."""
    return [Unsupported(**row) for row in tomllib.loads(path.read_text(encoding="utf-8")).values()]


def name_of_test(module: str) -> str:
    """The test function of a module."""
    return f"test_{module.replace('-', '_')}"


def plans_as_page(
    plans: Sequence[Plan], skipped: Mapping[str, str], tests: Mapping[str, Sequence[str]]
) -> str:
    """The tables of modules. `tests` maps a function's name to the node ids of the tests called so."""
    return MODULES_HEAD + "".join(_plan_as_page(plan, skipped, tests) for plan in plans)


def _plan_as_page(plan: Plan, skipped: Mapping[str, str], tests: Mapping[str, Sequence[str]]) -> str:
    head = f"\n### {plan.title}\n\n`{plan.name}`"
    if plan.same_as:
        return f"{head}: the modules of {plan.same_as} once more; each of their tests runs in both response modes.\n"
    found = {module: _link(plan, module, tests) for module in plan.modules}
    rows = [f"| `{name}` | {link} | {_remark(name, skipped)} |" for name, link in found.items() if link]
    missing = [name for name, link in found.items() if not link]
    lines = [f"{head}: {len(rows)} of {len(found)} modules have their test.", ""]
    lines += ["| Module | Test | |", "|---|---|---|", *rows] if rows else []
    lines += [f"\nNo test yet: {', '.join(missing)}."] if missing else []
    return "\n".join(lines) + "\n"


def _link(plan: Plan, module: str, tests: Mapping[str, Sequence[str]]) -> str:
    for test in sorted(tests.get(name_of_test(module), ())):
        path = test.partition("::")[0]
        if path.startswith(f"{plan.folder}/"):
            return f"[`{Path(path).name}`](../{path})"
    return ""


def _remark(module: str, skipped: Mapping[str, str]) -> str:
    return f"left out: {skipped[module]}" if module in skipped else ""


def unsupported_as_page(rows: Sequence[Unsupported]) -> str:
    """The table of what is not done."""
    return UNSUPPORTED_HEAD + "".join(f"| {row.name} | {row.standard} | {row.reason} |\n" for row in rows)

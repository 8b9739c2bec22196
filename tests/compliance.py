"""Owns docs/compliance.md: which test holds which requirement. `python -m tests.compliance [--check]`.

Rows are in tests/requirements.toml; tests point at them with `@pytest.mark.requirement("G03")`. Conformance modules
and what is not supported come from `tests/conformance.py`. The page is made by collecting the tests, so that it can
neither promise a test that is gone nor forget one.
"""

import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conformance import plans_as_page, read_plans, read_skipped, read_unsupported, unsupported_as_page

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "compliance.md"
ROWS = ROOT / "tests" / "requirements.toml"

HEAD = """\
# Compliance

Which tests look at which requirement. This page is generated: `make docs` writes it from the marks on the
tests (`@pytest.mark.requirement`) and the list in `tests/requirements.toml`. A requirement without a test is
not claimed; one with tests may still be wider than what they look at.
"""


@dataclass(frozen=True, slots=True)
class Group:
    """One list of requirements: title and rows by id."""

    title: str
    rows: Mapping[str, str]


@dataclass(slots=True)
class Collector:
    """A pytest plugin that notes every collected test: by the requirements it names, and by its own name."""

    tests: dict[str, set[str]] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            name = item.nodeid.split("[", 1)[0]
            self.named.setdefault(name.rpartition("::")[2], set()).add(name)
            for mark in item.iter_markers("requirement"):
                for requirement in mark.args:
                    self.tests.setdefault(requirement, set()).add(name)


def read_groups(path: Path = ROWS) -> list[Group]:
    """The requirement lists, in the file's order."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Group(title=group["title"], rows=group["rows"]) for group in data.values()]


def unknown_ids(groups: Sequence[Group], tests: Iterable[str]) -> dict[str, list[str]]:
    """Ids that tests name and no list has; for each the ids that may be meant (`feature:F01` for `F01`)."""
    known = {requirement for group in groups for requirement in group.rows}
    strangers = sorted(set(tests) - known)
    return {name: sorted(one for one in known if _short(one) == name) for name in strangers}


def as_page(groups: Sequence[Group], tests: Mapping[str, Iterable[str]]) -> str:
    """The whole page."""
    held = {name: sorted(found) for name, found in tests.items()}
    total = sum(len(group.rows) for group in groups)
    known = sum(1 for group in groups for requirement in group.rows if requirement in held)
    parts = [HEAD, f"\n{known} of {total} requirements have tests.\n"]
    parts += [_group_as_page(group, held) for group in groups]
    return "".join(parts)


def _group_as_page(group: Group, held: Mapping[str, Sequence[str]]) -> str:
    lines = [f"\n## {group.title}", ""]
    rows = [(requirement, text) for requirement, text in group.rows.items() if requirement in held]
    if rows:
        lines += ["| Id | Requirement | Tests |", "|---|---|---|"]
        lines += [f"| {_short(key)} | {text} | {_links(held[key])} |" for key, text in rows]
    missing = [_short(requirement) for requirement in group.rows if requirement not in held]
    if missing:
        lines += [*([""] if rows else []), f"No test yet: {', '.join(missing)}."]
    return "\n".join(lines) + "\n"


def _short(requirement: str) -> str:
    return requirement.rpartition(":")[2]


def _links(tests: Sequence[str]) -> str:
    parts = [test.partition("::") for test in tests]
    return "<br>".join(f"[`{name}`](../{path})" for path, _, name in parts)


def collect() -> Collector:
    """Every test there is. Exits when the tests cannot be collected."""
    collector = Collector()
    options = ["--collect-only", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:terminal"]
    code = pytest.main([*options, str(ROOT / "tests")], [collector])
    if code != pytest.ExitCode.OK:
        sys.exit(f"the tests cannot be collected (pytest said {code!r}); run `pytest --collect-only`")
    return collector


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with --check only compare."""
    groups, collected = read_groups(), collect()
    tests = collected.tests
    unknown = unknown_ids(groups, tests)
    for name, meant in unknown.items():
        hint = f"say {' or '.join(meant)}" if meant else f"{ROWS.name} has no such row"
        sys.stderr.write(f"{name}: {hint}. Named by {', '.join(sorted(tests[name]))}\n")
    if unknown:
        return 1
    named = {name: sorted(found) for name, found in collected.named.items()}
    page = as_page(groups, tests) + plans_as_page(read_plans(), read_skipped(), named)
    page += unsupported_as_page(read_unsupported())
    if "--check" not in arguments:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        sys.stderr.write("docs/compliance.md is out of date. `make docs` writes it again.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

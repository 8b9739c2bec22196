"""Habits that a reader relies on: imports at the top, files named after what they hold, nothing half done."""

import ast
import re
from pathlib import Path

from tests.architecture import source

GRAB_BAGS = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
EXCUSED = re.compile(r"# noqa: .*\bPLC0415\b(.*)")
UNFINISHED = re.compile(r"#\s*(TODO|FIXME|XXX)\b|NotImplementedError")


def test_imports_inside_functions_say_why() -> None:
    hidden = [
        source.place(path, line)
        for path in source.python_files()
        for line in sorted(_inner_imports(path))
        if not _says_why(path.read_text(encoding="utf-8").splitlines(), line - 1)
    ]
    assert hidden == []


def test_no_file_is_a_grab_bag() -> None:
    assert [source.place(path) for path in source.python_files() if path.name in GRAB_BAGS] == []


def test_nothing_is_left_half_done() -> None:
    unfinished = [
        source.place(path, number)
        for path in source.product_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert unfinished == []


def test_no_function_has_an_empty_body() -> None:
    empty = [
        source.place(path, function.lineno)
        for path in source.product_files()
        for function in source.functions_of(path)
        if isinstance(function.body[-1], ast.Pass)
    ]
    assert empty == []


def _inner_imports(path: Path) -> set[int]:
    return {
        node.lineno
        for function in source.functions_of(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def _says_why(lines: list[str], index: int) -> bool:
    """The linter is told to allow it, with the reason in the same line or in a comment above the imports."""
    excuse = EXCUSED.search(lines[index])
    if excuse is None:
        return False
    above = index - 1
    while EXCUSED.search(lines[above]):
        above -= 1
    return len(excuse[1].strip()) > 10 or lines[above].strip().startswith("# ")

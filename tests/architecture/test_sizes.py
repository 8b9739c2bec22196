"""Sizes: a file that grows past its limit is two files, a function that does is two functions."""

import ast
from pathlib import Path

from tests.architecture import source

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50


def test_no_file_is_longer_than_300_lines() -> None:
    sizes = {
        source.place(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in source.python_files()
    }
    assert {name: size for name, size in sizes.items() if size > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    too_long = [
        source.place(path, function.lineno)
        for path in source.python_files()
        for function in source.functions_of(path)
        if _lines(function) > MAX_FUNCTION_LINES
    ]
    assert too_long == []


def test_every_module_of_a_room_says_what_it_is_for() -> None:
    bare = [source.place(path) for path in source.product_files() if _needs_docstring(path)]
    assert bare == []


def _lines(function: source.Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _needs_docstring(path: Path) -> bool:
    """An empty package file says nothing, and an AppConfig says what its room's docstring has said."""
    tree = source.tree_of(path)
    if path.name == "apps.py":
        return False
    return bool(tree.body) and ast.get_docstring(tree) is None

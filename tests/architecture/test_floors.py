"""The floors: imports go down only, and each room says what it owns."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.architecture import source


@pytest.mark.requirement("F75")
def test_imports_go_down_the_floors_only() -> None:
    status = lint_imports(config_filename=str(source.ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, "run `make lint` to see which import is wrong"


def test_every_room_says_first_what_it_owns() -> None:
    silent = [room.name for room in source.rooms() if not _docstring(room).startswith("Owns ")]
    assert silent == []


def test_every_room_stands_on_a_floor() -> None:
    text = (source.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    floors = text[text.index("layers = [") :]
    assert [room.name for room in source.rooms() if room.name not in floors] == []


def _docstring(room: Path) -> str:
    return ast.get_docstring(source.tree_of(room / "__init__.py")) or ""

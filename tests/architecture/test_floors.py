"""The floors: imports go down only, and each room says what it owns."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import source


@pytest.mark.requirement("F75")
def test_imports_go_down_the_floors_only() -> None:
    # In a process of its own: the linter sets logging up anew, which would silence loggers that other tests read.
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=source.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.requirement("F44")
def test_the_package_for_resource_servers_stands_alone() -> None:
    # From its own folder, where it is found without being installed.
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache", "--config"]
    done = subprocess.run(
        [*command, "../pyproject.toml"],
        cwd=source.ROOT / "resource_server" / "src", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_every_room_says_first_what_it_owns() -> None:
    silent = [room.name for room in source.rooms() if not _docstring(room).startswith("Owns ")]
    assert silent == []


def test_every_room_stands_on_a_floor() -> None:
    text = (source.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    floors = text[text.index("layers = [") :]
    assert [room.name for room in source.rooms() if room.name not in floors] == []


def _docstring(room: Path) -> str:
    return ast.get_docstring(source.tree_of(room / "__init__.py")) or ""

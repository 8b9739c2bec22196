"""Owns the view of the project that the layout tests share: its rooms, its Python files, its templates."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


def rooms() -> list[Path]:
    """The top-level packages of the product."""
    return sorted(
        path.parent
        for path in ROOT.glob("*/__init__.py")
        if path.parent.name not in {"bench", "tests", "scripts"}
    )


def beside_the_floors() -> list[Path]:
    """What is delivered with the product and is no room: the package for resource servers, the examples."""
    return [ROOT / "resource_server" / "src", ROOT / "examples"]


@cache
def python_files() -> list[Path]:
    """Every Python file that somebody wrote: rooms, what stands beside them, bench, scripts, tests; no migrations."""
    folders = [*rooms(), *beside_the_floors(), ROOT / "bench", ROOT / "scripts", ROOT / "tests"]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    return sorted(path for path in files if "migrations" not in path.parts)


def product_files() -> list[Path]:
    """The Python files that others run: of the rooms and of what stands beside them."""
    folders = [*rooms(), *beside_the_floors()]
    return [path for path in python_files() if any(path.is_relative_to(folder) for folder in folders)]


def templates() -> list[Path]:
    """Every page template, shared and of the rooms."""
    folders = [ROOT / "templates", *(room / "templates" for room in rooms())]
    return sorted(path for folder in folders for path in folder.rglob("*.html"))


@cache
def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions_of(path: Path) -> Iterator[Function]:
    """Every function and method of the file, nested ones too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function):
            yield node


def place(path: Path, line: int = 0) -> str:
    """`room/file.py:12`, for a failure's list."""
    name = str(path.relative_to(ROOT))
    return f"{name}:{line}" if line else name


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask git about the checkout."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)

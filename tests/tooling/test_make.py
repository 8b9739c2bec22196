"""The first two commands and what stands behind them."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # Flags of the make that runs these tests are none of the inner one's business.
    outer = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    return subprocess.run(
        command, cwd=ROOT, env={**outer, **environment}, capture_output=True, text=True, check=False
    )


def test_help_names_every_target() -> None:
    listed = {line.split()[0] for line in run("make", "help").stdout.splitlines()}
    assert listed == targets()


def test_every_make_command_in_the_pages_exists() -> None:
    pages = [
        ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/README.md", "API_DOCUMENTATION.md")
    ]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", text, re.MULTILINE))
    assert named - targets() == set()
    assert {"run", "test", "demo", "check", "help"} <= named


@pytest.mark.requirement("F70")
def test_a_python_without_venv_gets_a_hint_and_nothing_is_made(tmp_path: Path) -> None:
    fake = tmp_path / "python3"
    fake.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    for name in ("sh", "dirname", "rm", "touch"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    done = run(
        "/bin/sh",
        "scripts/install.sh",
        "requirements.txt",
        PATH=str(tmp_path),
        VENV=str(tmp_path / "v"),
        PYTHON="",
    )
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not (tmp_path / "v").exists()


@pytest.mark.requirement("L10")
@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(
        r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip(), flags=re.IGNORECASE
    )
    assert len(blocks) > 20
    assert [
        block for block in blocks if "==" not in block.splitlines()[0] or "--hash=sha256:" not in block
    ] == []


@pytest.mark.parametrize(
    "path", [".env", "keys/master.key", "keys/private.pem", "db.sqlite3", "db.sqlite3-wal"]
)
def test_git_ignores_what_a_run_makes(path: str) -> None:
    assert run("git", "check-ignore", "--quiet", path).returncode == 0


def test_git_keeps_the_page_about_keys() -> None:
    assert run("git", "check-ignore", "--quiet", "keys/README.md").returncode == 1

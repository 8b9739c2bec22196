"""Each command in the pages is run here, or the table below says why not; none is left over."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command

from scripts import journey as steps
from scripts.journey import Journey
from scripts.live_server import ROOT, LiveServer, live_server
from tests.tooling.test_docs import PAGES

pytestmark = pytest.mark.requirement("F70")

ADDRESS = "http://localhost:8000"
# What a line of a command begins with, after settings in front of it.
PROGRAMS = r"make|docker|curl|pg_dump|createdb|npm|redis-cli|(?:\S*/)?(?:python3?|manage\.py|granian|celery|pytest|pip)"
COMMAND = re.compile(rf"(?:[A-Z_]+=\S* )*(?:{PROGRAMS})(?: |$)")
# Commands that are run elsewhere, or cannot be run by a test; each with the reason.
NOT_HERE = {
    r"make (?:run|install|test|check)$": "installs from a registry and lasts: what CI begins with on a fresh machine",
    r"PUBLIC_URL=auto make run": "needs a tunnel; its address is asked for in tests/core/test_public_url.py",
    r"docker compose up": "needs a container engine; tests/deploy runs each service's command by hand",
    r"pg_dump ": "another program's, against a database worth keeping",
    r"python3 -m venv ": "installs from a registry",
    r"\S*pip install ": "installs from a registry",
    r"\S*pytest ": "these are the tests",
    r"\S*granian |\S*celery ": "lasts; tests/deploy runs it by hand",
    r"\S*python manage\.py (?:bootstrap|serve|migrate)$": "how every live server of the tests is made",
    r"\S*python manage\.py check --deploy": "tests/operations/test_production.py",
    r"\S*python manage\.py collectstatic": "tests/deploy runs it by hand",
    r"\S*python manage\.py demo_data": "tests/obligations/test_demo_data.py fills a server with it",
    r"(?:\S*python )?manage\.py create_": "made one by one in tests/tooling/test_docs.py",
    r"(?:\S+=\S+ )*\S*python examples/": "tests/examples, tests/browser and tests/resource_server walk the examples",
    r"curl .* http://localhost:9000/": "tests/resource_server/test_real_server.py asks the example API",
    r"curl -u script:": "tests/resource_server/test_real_server.py makes this client and its token",
}
OF_MANAGE = re.compile(r"(?:\S*python )?manage\.py (cleanup|deliver_outbox|log_export|rotate_keys)\b *(.*)")
OF_CURL = re.compile(rf"curl .*{ADDRESS}/o/|curl {ADDRESS}/o/")


def commands() -> Iterator[str]:
    """Every command of the indented blocks, in one line, without what is said of it after `#`."""
    for page in PAGES:
        # Made from docs/api/, which is among the pages.
        if page.name == "API_DOCUMENTATION.md":
            continue
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE):
            for part in line.partition("  #")[0].split(" && "):
                if COMMAND.match(part):
                    yield re.sub(r"\s+", " ", part).strip()


COMMANDS = sorted(set(commands()))
MANAGED = [found.groups() for one in COMMANDS if (found := OF_MANAGE.match(one))]
ASKED = [one for one in COMMANDS if OF_CURL.match(one) and "-u script:" not in one]


def test_every_command_is_run_or_has_a_reason() -> None:
    rest = [one for one in COMMANDS if not OF_MANAGE.match(one) and one not in ASKED]
    assert [one for one in rest if not any(re.match(reason, one) for reason in NOT_HERE)] == []
    assert [reason for reason in NOT_HERE if not any(re.match(reason, one) for one in rest)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "arguments"), MANAGED)
def test_the_commands_of_operators_work(
    name: str, arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(arguments)
    if "--help" in words:
        with pytest.raises(SystemExit, match="0"):
            call_command(name, *words)
        assert "usage:" in capsys.readouterr().out
        return
    call_command(name, *words)
    if "--output" in words:
        assert (tmp_path / words[words.index("--output") + 1]).is_file()
    if "--json" in words:
        json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def person() -> Iterator[Journey]:
    """Somebody who has signed up and allowed the demonstration app what it asks for; their code is not spent yet."""
    with live_server() as server:
        journey = Journey(server)
        for step in steps.STEPS[: steps.STEPS.index(steps.exchange_the_code)]:
            step(journey)
        yield journey


def test_the_requests_of_the_pages_get_the_answers_they_promise(person: Journey) -> None:
    """In the order in which an app sends them: each needs what the one before it got."""
    lines = {
        line: ask
        for ask in ASKED
        for line in ("code_verifier", "userinfo", "introspect", "revoke")
        if line in ask
    }
    tokens = asked(person.server, lines["code_verifier"], {"code=…": f"code={person.code}",
                   "code_verifier=…": f"code_verifier={person.verifier}"})  # fmt: skip
    assert {"access_token", "refresh_token", "id_token"} <= tokens.keys()
    access = {"eyJ…": tokens["access_token"]}
    assert "sub" in asked(person.server, lines["userinfo"], access)
    assert asked(person.server, lines["introspect"], access)["active"] is True
    assert asked(person.server, lines["revoke"], {"token=…": f"token={tokens['refresh_token']}"}) == {}
    assert asked(person.server, lines["introspect"], access) == {"active": False}


def test_the_tokens_of_the_api_are_refreshed_as_its_page_says(person: Journey) -> None:
    url = person.server.url
    known = {"mobile_number": f"+976{steps.PHONE}"}
    session = httpx.post(f"{url}/api/register/", json=known, trust_env=False).json()["session_id"]
    sent = {"session_id": session, "password": steps.PASSWORD}
    first = httpx.post(f"{url}/api/login/", json=sent, trust_env=False).json()
    line = next(ask for ask in ASKED if "client_id=first-party" in ask)
    second = asked(person.server, line, {"refresh_token=…": f"refresh_token={first['refresh_token']}"})
    assert second["refresh_token"] != first["refresh_token"]


def asked(server: LiveServer, line: str, known: dict[str, str]) -> dict[str, Any]:
    """What curl gets for this line of a page, with what is only known while it runs in its place."""
    # In CI its absence is a failure.
    if shutil.which("curl") is None and not os.environ.get("CI"):
        pytest.skip("needs curl")
    line = line.replace(ADDRESS, server.url)
    for placeholder, value in known.items():
        assert placeholder in line
        line = line.replace(placeholder, value)
    words = [
        word.replace("$DEMO_API_SECRET", server.environment["DEMO_API_SECRET"]) for word in shlex.split(line)
    ]
    done = subprocess.run(
        [*words, "--silent", "--show-error", "--fail-with-body", "--noproxy", "*"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    return answer


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the repository, not only its files")
def test_a_fresh_clone_says_what_it_can_and_writes_its_pages(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(clone)], check=True)
    folder = Path(sys.prefix)
    quiet = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "PYTEST_"))
    }
    # What is installed already is not installed anew.
    installed = [f"--assume-old={folder}/{stamp}" for stamp in (".installed", ".installed-dev")]

    def make(target: str) -> str:
        command = ["make", *installed, f"VENV={folder}", target]
        done = subprocess.run(command, cwd=clone, env=quiet, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{target}: {done.stdout}{done.stderr}"
        return done.stdout

    assert "make gallery" not in make("help")
    assert "run " in make("help")
    page = clone / "docs" / "settings.md"
    page.unlink()
    make("docs")
    assert "`ISSUER_URL`" in page.read_text(encoding="utf-8")
    make("site")
    assert (clone / "site" / "quick-start.html").is_file()


def test_every_piece_of_python_in_the_pages_can_be_read_and_imports_what_there_is() -> None:
    pieces = [
        found[1]
        for page in PAGES
        for found in re.finditer(
            r"^```python[^\n]*\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
    ]
    assert len(pieces) > 5
    for piece in pieces:
        ast.parse(piece)
        imports = re.findall(r"^(?:from \S+ )?import .+$", piece, re.MULTILINE)
        exec("\n".join(imports), {})  # noqa: S102  our own pages

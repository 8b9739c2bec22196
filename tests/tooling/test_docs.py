"""What the documentation says can be done can be done: its links, settings, commands and code."""

import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand
from mkdocs.commands.build import build
from mkdocs.config import load_config

from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.policies.rules import OPEN, PolicyFacts
from custom_scopes_and_policies_app.seeds import seed_scopes
from messaging_app.gateways.base import GatewayRefused, GatewayUnavailable
from scripts.docs_pages import DIAGRAMS, MERMAID, picture_name, with_pictures, with_site_links
from sessions_app.pending import PendingLogin

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted(
    path
    for pattern in (
        "*.md",
        "docs/*.md",
        "docs/api/*.md",
        "examples/*/README.md",
        "keys/README.md",
        "resource_server/*.md",
    )
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"
)
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES).replace("\\\n", " ")
# In code only: in sentences a command's name is followed by words that are none of its arguments.
MANAGE = re.compile(
    r"^ {4}\S*(?:[A-Z_]+=\S+ )?(?:\.venv/bin/)?(?:python )?manage\.py ([a-z_]+)([^|&#\n]*)"
    r"|`manage\.py ([a-z_]+)([^`…]*)`",
    re.MULTILINE,
)
COMMANDS = sorted(
    {(one or other, (arguments or more).strip()) for one, arguments, other, more in MANAGE.findall(TEXT)}
)
MADE = [
    (name, arguments)
    for name, arguments in COMMANDS
    if name.startswith("create_") and arguments.count("--") > 1
]
# Of a picture: it is fetched with the page, over whatever line the reader has.
MOST_BYTES = 60 * 1024
SETTING = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`")


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path)))
    assert "Quick start" in (tmp_path / "index.html").read_text(encoding="utf-8")
    concepts = (tmp_path / "concepts.html").read_text(encoding="utf-8")
    assert 'src="images/diagrams/' in concepts
    assert "mermaid" not in concepts
    assert (tmp_path / "project" / "CONTRIBUTING.html").is_file()


def test_a_link_to_a_source_file_becomes_words_and_a_page_stays_a_link() -> None:
    text = "[the map](../docs/map.md#floors), [code](../manage.py), [far](https://example.com), [gone](../gone.md)"
    assert with_site_links(text, "project/examples/README.md") == (
        "[the map](../../map.md#floors), code, [far](https://example.com), [gone](../gone.md)"
    )


@pytest.mark.parametrize(("name", "arguments"), COMMANDS)
def test_every_command_in_the_pages_exists_with_its_options(name: str, arguments: str) -> None:
    app = get_commands()[name]
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    known = command.create_parser("manage.py", name)._option_string_actions
    flags = [word.partition("=")[0] for word in shlex.split(arguments) if word.startswith("--")]
    assert [flag for flag in flags if flag not in known] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "arguments"), MADE)
def test_every_app_and_person_of_the_pages_can_be_made(name: str, arguments: str, capsys: Any) -> None:
    seed_scopes()
    before = Application.objects.count()
    call_command(name, *shlex.split(arguments))
    assert "Made" in capsys.readouterr().out or Application.objects.count() == before + 1


def test_every_setting_in_the_pages_exists() -> None:
    reference = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", reference))
    # Examples, gateways and long tests read variables of their own.
    folders = ("examples/**/*.py", "messaging_app/gateways/*.py", "tests/attacks/*.py")
    sources = [path for folder in folders for path in ROOT.glob(folder)]
    elsewhere = "".join(path.read_text(encoding="utf-8") for path in sources)

    def exists(name: str) -> bool:
        plain = re.sub(r"^SMS_(?:TWILIO|FIRST_ONE|SECOND)_", "", name.removesuffix("_FILE"))
        return plain in known or hasattr(settings, plain) or f'"{plain}"' in elsewhere

    named = set(SETTING.findall(TEXT))
    assert len(named) > 50
    assert [name for name in sorted(named) if name not in known and not exists(name)] == []


def code_of(title: str) -> dict[str, Any]:
    """What the block of that title in docs/extend.md defines."""
    page = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
    found = re.search(rf'^```python title="{title}"\n(.*?)^```', page, re.MULTILINE | re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(compile(found[1], f"extend.md: {title}", "exec"), names)  # noqa: S102  our own page
    return names


def test_the_rule_of_the_guide_refuses_what_it_says() -> None:
    rule = code_of("rule")["writing_needs_two_factors"]
    write = frozenset({"write"})
    assert rule(PolicyFacts(scopes=write, acr="aal1")).error == "access_denied"
    assert rule(PolicyFacts(scopes=write, acr="aal2")) is OPEN
    assert rule(PolicyFacts(scopes=frozenset({"read"}), acr="aal1")) is OPEN


@pytest.mark.parametrize(
    ("status", "problem"), [(200, None), (503, GatewayUnavailable), (400, GatewayRefused)]
)
def test_the_gateway_of_the_guide_sends_and_says_what_went_wrong(
    status: int, problem: type[Exception] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = code_of("gateway")
    answer = httpx.Response(status, json={"id": "v-1"})
    vendor = httpx.Client(transport=httpx.MockTransport(lambda request: answer))
    monkeypatch.setattr(names["httpx"], "post", vendor.post)
    send = names["ExampleGateway"]().send
    if problem is None:
        sent = send(to="+97688110011", text="Hello", idempotency_key="k-1")
        assert (sent.provider_id, sent.parts) == ("v-1", 1)
        return
    with pytest.raises(problem) as refusal:
        send(to="+97688110011", text="Hello", idempotency_key="k-1")
    assert "88110011" not in str(refusal.value)


def test_the_login_step_of_the_guide_asks_once() -> None:
    step = code_of("step")["HouseRules"]()
    pending = PendingLogin("p-1", 1, "b", "/", {"pwd": 0.0})
    assert step.is_needed(None, pending)
    assert step.url(pending) == "/login/house-rules/?login=p-1"
    assert not step.is_needed(None, pending.with_notes(rules_read_at=1.0))


def test_every_diagram_is_a_picture_that_is_up_to_date_and_loads_nothing(tmp_path: Path) -> None:
    drawn = {path.name for path in DIAGRAMS.glob("*.svg")}
    written = [
        found[1] for page in ROOT.glob("docs/**/*.md") for found in MERMAID.finditer(page.read_text("utf-8"))
    ]
    # A picture has its diagram's own name: `make diagrams` draws those that were changed.
    assert {picture_name(diagram) for diagram in written} == drawn
    assert len(written) > 3
    for path in DIAGRAMS.glob("*.svg"):
        picture = path.read_text(encoding="utf-8")
        assert len(picture) < MOST_BYTES, path.name
        assert "<script" not in picture
        assert re.findall(r"(?:href|src)=\"(?!#)|url\((?!['\"]?#)|@import", picture) == [], path.name


def test_a_diagram_becomes_a_picture_that_says_what_it_shows() -> None:
    diagram = "flowchart LR\n    accTitle: One leads to two\n    one --> two\n"
    text = f"Before\n\n```mermaid\n{diagram}```\n\nafter"
    picture = f"![One leads to two](../images/diagrams/{picture_name(diagram)})"
    assert with_pictures(text, "adr/page.md") == f"Before\n\n{picture}\n\nafter"
    with pytest.raises(LookupError, match="accTitle"):
        with_pictures(text.replace("accTitle", "title"), "adr/page.md")


def test_pictures_are_small_and_say_what_they_show() -> None:
    pictures = [path for path in (ROOT / "docs" / "images").iterdir() if path.is_file()]
    assert {path.name: path.stat().st_size for path in pictures if path.stat().st_size > MOST_BYTES} == {}
    shown = re.findall(r"!\[([^\]]*)\]\((?:docs/)?images/([^)]+)\)", TEXT)
    assert {name for words, name in shown if len(words) < 10} == set()
    assert {path.name for path in pictures} - {name for _, name in shown} == {"mark.svg"}

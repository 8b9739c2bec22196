"""Pages keep to the content security policy: no inline style or script, nothing from another host."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.architecture import source

TEMPLATE_CODE = re.compile(r"{%.*?%}|{#.*?#}|{{.*?}}", re.DOTALL)
FETCHING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "form": "action"}


class InlineFinder(HTMLParser):
    """Notes what the policy would block: (line, what)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style" or (
            tag == "script" and "src" not in values and values.get("type") != "application/json"
        ):
            self._note(f"<{tag}>")
        for name in values:
            if name == "style" or name.startswith("on"):
                self._note(f"{name}=")
        address = values.get(FETCHING.get(tag, "")) or ""
        if re.match(r"(https?:)?//|javascript:", address):
            self._note(f"{tag} from {address}")

    def _note(self, what: str) -> None:
        self.found.append((self.getpos()[0], what))


@pytest.mark.requirement("K05", "K07")
def test_templates_have_no_inline_code_and_load_nothing_from_elsewhere() -> None:
    assert [hit for path in source.templates() for hit in _hits(path)] == []


@pytest.mark.requirement("K05", "K07")
@pytest.mark.parametrize(
    "markup",
    [
        "<p style='color:red'>",
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        "<button onclick='go()'>",
        "<script src='https://cdn.example/x.js'></script>",
        "<a><img src='//cdn.example/x.png'></a>",
    ],
)
def test_the_finder_sees_what_the_policy_blocks(markup: str) -> None:
    assert len(_found(markup)) == 1


def _hits(path: Path) -> list[str]:
    return [f"{source.place(path, line)} {what}" for line, what in _found(path.read_text(encoding="utf-8"))]


def _found(markup: str) -> list[tuple[int, str]]:
    finder = InlineFinder()
    finder.feed(TEMPLATE_CODE.sub(lambda match: "\n" * match[0].count("\n") + "x", markup))
    return finder.found

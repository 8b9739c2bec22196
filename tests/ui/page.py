"""Reads a rendered page the way a checker of accessibility and content security does."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse

Attributes = dict[str, str]
UNLABELLED_KINDS = {"hidden", "submit", "button"}


class Page(HTMLParser):
    """Every start tag with its attributes, in order, and the text of the title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, Attributes]] = []
        self._open_labels = 0
        self._inside_label: list[Attributes] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag == "label":
            self._open_labels += 1
        elif self._open_labels:
            self._inside_label.append(values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._open_labels -= 1

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def inline_code(self) -> Iterator[str]:
        """What the content security policy would block."""
        for tag, attributes in self.tags:
            if tag == "style" or (tag == "script" and not attributes.get("src")):
                yield f"<{tag}>"
            yield from (name for name in attributes if name == "style" or name.startswith("on"))

    def unlabelled(self) -> list[Attributes]:
        """Controls that a screen reader has no name for."""
        named = {attributes.get("for") for attributes in self.all("label")}
        controls = self.all("input") + self.all("select") + self.all("textarea")
        return [
            control
            for control in controls
            if control.get("type", "text") not in UNLABELLED_KINDS
            and control.get("id") not in named
            and control not in self._inside_label
            and "aria-label" not in control
        ]

    def dangling_references(self) -> set[str]:
        """Ids that `aria-describedby`, `aria-labelledby` or `for` name and the page does not have."""
        named = " ".join(
            attributes.get(name, "")
            for _, attributes in self.tags
            for name in ("aria-describedby", "aria-labelledby", "for")
        )
        return set(named.split()) - set(self.ids())

    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.html, re.DOTALL)
        return " ".join(found.group(1).split()) if found else ""


def read(answer: HttpResponse | Any) -> Page:
    return Page(answer.content.decode())


def assert_is_sound(page: Page) -> None:
    """What every page of ours keeps to."""
    assert list(page.inline_code()) == []
    html = page.all("html")[0]
    assert html["lang"]
    assert html["dir"] in {"ltr", "rtl"}
    assert page.title()
    assert not page.title().startswith("·")
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.unlabelled() == []
    assert page.dangling_references() == set()
    assert len(page.ids()) == len(set(page.ids()))
    sources = [tag.get("src", "") for tag in page.all("script") + page.all("img")]
    sources += [tag["href"] for tag in page.all("link")]
    assert [source for source in sources if not source.startswith("/static/")] == []

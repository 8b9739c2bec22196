"""Reads the fields of a page's forms, so that a test sends back what a browser would."""

from collections import defaultdict
from html.parser import HTMLParser
from typing import Any

NOT_SENT = {"submit", "button", "image", "file"}
Fields = dict[str, list[str]]


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.fields: Fields = defaultdict(list)
        self._form_id = form_id
        self._is_inside = False
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = values.get("id", "") == self._form_id
        if not self._is_inside:
            return
        if tag == "input":
            self._input(values, is_checked="checked" in values)
        elif tag == "textarea":
            self._textarea = values["name"]
            self.fields[self._textarea].append("")
        elif tag == "select":
            self._select = values["name"]
        elif tag == "option" and self._select and "selected" in values:
            self.fields[self._select].append(values["value"])

    def _input(self, values: dict[str, str], *, is_checked: bool) -> None:
        kind = values.get("type", "text")
        if kind in NOT_SENT or not values.get("name"):
            return
        is_box = kind in {"checkbox", "radio"}
        if is_checked or not is_box:
            self.fields[values["name"]].append(values.get("value", "on" if is_box else ""))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            # A browser leaves the line break out that follows the opening tag.
            self.fields[self._textarea][-1] = self.fields[self._textarea][-1].removeprefix("\n").strip("\r")
            self._textarea = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._is_inside = False


def fields_of(answer: Any, form_id: str, **changes: Any) -> dict[str, Any]:
    """What the form of that id would send, with some fields changed; None leaves a field out."""
    reader = _Reader(form_id)
    reader.feed(answer.content.decode())
    assert reader.fields, f"no form {form_id}"
    sent = {**reader.fields, **changes}
    return {name: value for name, value in sent.items() if value is not None}

"""Owns reading the forms of a page, so that a script can fill one in and send it as a browser would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class Field:
    """One named control. `checked` tells whether a checkbox or radio button is on."""

    name: str
    value: str
    kind: str = "text"
    checked: bool = True
    disabled: bool = False

    def is_sent(self) -> bool:
        """Whether a browser would send it as it stands (HTML §4.10.21.4)."""
        return (
            bool(self.name) and not self.disabled and self.checked and self.kind not in {"submit", "button"}
        )


@dataclass(slots=True)
class Form:
    """One form: where it goes and what it holds."""

    action: str = ""
    method: str = "get"
    fields: list[Field] = field(default_factory=list)

    def data(self) -> list[tuple[str, str]]:
        """The pairs a browser would send when nothing is touched."""
        return [(item.name, item.value) for item in self.fields if item.is_sent()]

    def names(self) -> set[str]:
        """The names of its controls."""
        return {item.name for item in self.fields}


class FormReader(HTMLParser):
    """Collects every form of a page into `forms`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = dict(attrs)
        if tag == "form":
            self._form = Form(
                action=values.get("action") or "", method=(values.get("method") or "get").lower()
            )
            self.forms.append(self._form)
        elif self._form is not None:
            self._add_control(self._form, tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None

    def _add_control(self, form: Form, tag: str, values: dict[str, str | None]) -> None:
        name, value = values.get("name") or "", values.get("value") or ""
        if tag == "input":
            form.fields.append(_input(name, value, values))
        elif tag in {"button", "textarea"}:
            kind = (values.get("type") or "submit") if tag == "button" else tag
            form.fields.append(Field(name=name, value=value, kind=kind))
        elif tag == "select":
            self._select = Field(name=name, value="", kind=tag, disabled="disabled" in values)
            form.fields.append(self._select)
        elif tag == "option" and self._select and ("selected" in values or not self._select.value):
            self._select.value = value


def _input(name: str, value: str, values: dict[str, str | None]) -> Field:
    kind = (values.get("type") or "text").lower()
    can_be_off = kind in {"checkbox", "radio"}
    return Field(
        name=name,
        value=value or ("on" if can_be_off and "value" not in values else ""),
        kind=kind,
        checked="checked" in values if can_be_off else True,
        disabled="disabled" in values,
    )


def forms_of(html: str) -> list[Form]:
    """Every form of the page, in order."""
    reader = FormReader()
    reader.feed(html)
    return reader.forms

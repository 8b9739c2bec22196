"""What tokens and consents hold, in words instead of JSON."""

from collections.abc import Iterable, Mapping

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from custom_scopes_and_policies_app.scopes import catalogue

NOTHING = "-"


def scopes_in_words(granted: Mapping[str, str]) -> str | SafeString:
    """One line a scope: its name, its label, and the label of the level that was chosen."""
    lines = ((_line(name, level),) for name, level in granted.items())
    return format_html_join("", "<div>{}</div>", lines) or NOTHING


def names_in_words(names: Iterable[str]) -> str:
    """Names with commas between them."""
    return ", ".join(map(str, names)) or NOTHING


def _line(name: str, value: str) -> str:
    entry = catalogue().get(name)
    if entry is None:
        return _("%(name)s (no longer exists)") % {"name": name}
    level = entry.level(value)
    how_much = f" — {level.label}" if level is not None else ""
    return f"{name}: {entry.scope.label}{how_much}"

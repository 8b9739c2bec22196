"""What rooms show operators of one person: panels on the person's page in the admin, without knowing whose page it is.

    # mfa_app/operator_panels.py
    def panels(person: User, operator: User) -> list[Panel]:
        return [Panel(title=_("Second factors"), ...)]

A panel costs one or two statements. Nothing secret and no full number is shown in one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from core_app.contributions import modules

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRow:
    """A row of a panel. Cells are texts or moments; `action` is the key of an operator's action on `target`."""

    cells: Sequence[object]
    action: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A table with headings, or the sentence `empty` in its place. `link_url` leads to more of the same kind.

    Lower positions come first.
    """

    title: Text
    headings: Sequence[Text]
    rows: Sequence[PanelRow]
    empty: Text
    note: Text = ""
    link_url: str = ""
    link_label: Text = ""
    position: int = 100


def panels_of(person: Any, operator: Any) -> list[Panel]:
    """What every installed room has to show of a person to this operator, in order."""
    found = [panel for module in modules("operator_panels") for panel in module.panels(person, operator)]
    return sorted(found, key=_position)


def _position(panel: Panel) -> int:
    return panel.position

"""What rooms put on pages that they do not own, without either knowing the other.

A room says it in a module of an agreed name, and taking the room out of the settings takes it away:

    # mfa_app/account_menu.py
    def links() -> list[Link]:
        return [Link(_("Security"), "mfa:security", position=30)]

Agreed names: `account_menu` (the pages of my account), `ways_in` (other ways to sign in and up),
`admin_pages` (pages of the operators' site: `urls(site)`, and `panels(request)` for its index). Rooms contribute other
things the same way: `operator_panels` and `operator_actions` (what operators see of a person, and may do for one),
`security_status` (core_app.status_lines), `personal_data` (core_app.exports), `forget`
(core_app.forgetting).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page of the room that contributes it, by URL name.

    `note` is a sentence about it. A way in may bring `script`, a static file for the log-in page; without it the page
    it leads to must do as well. Lower positions come first.
    """

    label: str | Promise
    url_name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    note: str | Promise = ""
    script: str = ""
    position: int = 100

    @property
    def url(self) -> str:
        """The page's path."""
        return reverse(self.url_name, kwargs=dict(self.arguments))


@dataclass(frozen=True, slots=True)
class Panel:
    """A piece of a page: the template of the room that contributes it, and what it shows."""

    template: str
    context: Mapping[str, object]


def contributed(name: str) -> list[Link]:
    """What `links()` of every installed room's module of this name gives, in order."""
    return sorted((link for module in modules(name) for link in module.links()), key=_position)


def _position(link: Link) -> int:
    return link.position


@lru_cache
def modules(name: str) -> tuple[ModuleType, ...]:
    """The module of this name of every installed app that has one, in the order of the settings."""
    return tuple(_find_modules(name))


def _find_modules(name: str) -> Iterator[ModuleType]:
    for config in apps.get_app_configs():
        module = f"{config.name}.{name}"
        if find_spec(module) is not None:
            yield import_module(module)

"""axe on every page of the gallery, light and dark: WCAG 2.1 A and AA, and axe's own good practices."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Browser, Page

from scripts.gallery.journey import SETTINGS, stage, walk_everywhere
from scripts.gallery.pages import PAGES
from scripts.gallery.walk import Scheme, put_on
from scripts.live_server import LiveServer, live_server

pytestmark = [pytest.mark.browser, pytest.mark.requirement("F30", "K08")]

# Found by axe, and not ours to mend: widgets that Django's own scripts put into the admin's forms.
DJANGOS_OWN = [
    ".selector .help-tooltip",  # the two-column chooser: names for pictures without a role
    "#searchbar",  # named by a picture in its label, which axe does not count beside a description
    "th.original",  # the empty corner above the rows of an inline
]
# The same of what Swagger UI draws at /api/docs.
SWAGGERS_OWN = [
    ".opblock-summary-control",  # a button with a link in it
    "h3.opblock-tag",  # comes after the h1
]
# A phone: nothing may be wider.
WIDTH = 420
LIGHT = {"resultTypes": ["violations"]}
# In the dark only colours are other ones; looking for the rest again would double the time.
DARK = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """A server of its own, SQLite in any case: what is looked at does not depend on the database."""
    with live_server(**SETTINGS) as running:
        stage(running)
        yield running


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core, as it comes with the package of the tests."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def test_axe_finds_nothing_on_any_page(browser: Browser, server: LiveServer, axe: str) -> None:
    found: list[str] = []
    page = browser.new_page(base_url=server.url, locale="en-GB", viewport={"width": WIDTH, "height": 900})
    page.set_default_timeout(15_000)

    def look(page: Page, name: str) -> None:
        # The demonstration has no address in this process, where DEBUG is off; pages of errors have none anywhere.
        if PAGES[name] and not PAGES[name].startswith("demo:"):
            assert resolve(urlsplit(page.url).path).view_name == PAGES[name], name
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(axe)
        found.extend(f"{name}: {problem}" for problem in problems(page, "light", LIGHT))
        found.extend(f"{name}, dark: {problem}" for problem in problems(page, "dark", DARK))
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > WIDTH:
            found.append(f"{name}: {width} pixels wide")

    seen = walk_everywhere(page, server, look)
    assert found == []
    page.close()
    assert set(seen) == set(PAGES)


def problems(page: Page, scheme: Scheme, options: dict[str, Any]) -> list[str]:
    """What axe has to say of the page, a line for each place."""
    put_on(page, scheme)
    context = {"include": [["html"]], "exclude": [[selector] for selector in DJANGOS_OWN + SWAGGERS_OWN]}
    answer = page.evaluate("([where, options]) => axe.run(where, options)", [context, options])
    return [
        f"{rule['id']}: {node['html'][:200]}" for rule in answer["violations"] for node in rule["nodes"][:3]
    ]

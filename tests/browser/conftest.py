"""A real Chromium and a real server for the tests of this folder."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from scripts.live_server import LiveServer, live_server

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# An assertion that waits gives up after so many milliseconds.
PATIENCE = 10_000


@dataclass
class Watch:
    """What a page complained about or fetched from elsewhere while it was used."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Note console errors (policy violations are among them), script errors, requests to elsewhere."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.strangers.append(request.url)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's executable. Skips without one, except in CI, where its absence is a failure."""
    candidates = [os.environ.get("CHROMIUM", ""), *NAMES, ON_MACOS]
    found = next((path for name in candidates if name and (path := shutil.which(name))), "")
    if not found:
        reason = "no Chromium found: install it (Debian: apt install chromium) or name it in $CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    """A server on the engines that DATABASE_URL and REDIS_URL name, with a database of its own."""
    services = {"REDIS_URL": os.environ["REDIS_URL"]} if os.environ.get("REDIS_URL") else {}
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **services) as running:
        yield running


@pytest.fixture
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium, without its sandbox only where root runs it (as in containers, where it cannot have one)."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox"] if as_root else []
        )
        yield chromium
        chromium.close()


@pytest.fixture
def watch(server: LiveServer) -> Watch:
    """What goes wrong in the page."""
    return Watch(server.url)


@pytest.fixture
def page(browser: Browser, server: LiveServer, watch: Watch) -> Iterator[Page]:
    """A fresh visitor."""
    context = browser.new_context(base_url=server.url, locale="en-GB", viewport={"width": 420, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    watch.listen(page)
    yield page
    context.close()

"""Somebody who walks through the pages of a live server and stops at each to have it looked at."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Page

from scripts.live_server import LiveServer

PASSWORD = "a quiet walk by the river"
# A script hears of another scheme with the next frame, and colours still on their way to it are nobody's to judge.
SETTLE = """async () => {
  for (const _ of [1, 2]) await new Promise(drawn => requestAnimationFrame(drawn));
  document.getAnimations().forEach(animation => animation.finish());
}"""
LINK = re.compile(r"https?://[^/\s]+(/\S+)")
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
Look = Callable[[Page, str], None]


def put_on(page: Page, scheme: Scheme) -> None:
    """Show the page light or dark, at once."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(SETTLE)


class WrongPage(Exception):
    """The walk is not where it should be; the message says where it is and what that page says."""


@dataclass(slots=True)
class Walk:
    """`look` is called at every stop with the page and the stop's name (`pages.PAGES`); `seen` keeps the names."""

    page: Page
    server: LiveServer
    look: Look
    seen: list[str] = field(default_factory=list)

    def show(self, name: str, path: str = "", *, heading: str = "") -> None:
        """Stop at this page, or at `path`. Raises WrongPage where `heading` is in none of its headings."""
        if path:
            self.page.goto(path)
        self.expect(heading, name)
        self.look(self.page, name)
        self.seen.append(name)

    def expect(self, heading: str, name: str) -> None:
        """Raises WrongPage unless the page has a heading, and on an English page these words in it."""
        headings = " / ".join(self.page.locator("h1, h2").all_inner_texts())
        if self.page.locator("html:lang(en)").count() == 0:
            heading = ""
        is_for_developers = self.page.locator("body > #summary, body > header#summary").count()
        if not headings or heading not in headings or is_for_developers:
            raise WrongPage(f"{name}: at {self.page.url}, which is headed {headings!r}")

    def fill(self, **values: str) -> None:
        """Fill fields by their names, and send the form with Enter in the last one."""
        for name, value in values.items():
            control = self.page.locator(f"main [name={name}], #content [name={name}]").first
            control.fill(value)
        with self.page.expect_navigation():
            control.press("Enter")

    def press(self, selector: str) -> None:
        """Press what is the first of these, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def submit(self) -> None:
        """Press the page's main button."""
        self.press("main form button:not([type=button])")

    def first_link(self, path: str, selector: str) -> str:
        """Where the first of these links on that page leads."""
        self.page.goto(path)
        return self.page.locator(selector).first.get_attribute("href") or ""

    def leave(self) -> None:
        """Be a fresh visitor again."""
        self.page.context.clear_cookies()

    def sign_in(self, phone: str, next_path: str = "/account/") -> None:
        """Sign in with number and password."""
        self.leave()
        self.page.goto(f"/login/?next={next_path}")
        self.fill(phone=phone, password=PASSWORD)

    def letters(self, to: str) -> list[dict[str, Any]]:
        """What was sent to that number or address ("": to anybody), newest first."""
        answer = self.page.request.get("/dev/inbox/", params={"format": "json", "to": to}).json()
        letters: list[dict[str, Any]] = answer["messages"]
        return letters

    def code(self, to: str) -> str:
        """The newest one-time code sent there."""
        return next(str(letter["code"]) for letter in self.letters(to) if letter["code"])

    def link(self, to: str, start: str) -> str:
        """The newest link sent there whose path starts so. Raises StopIteration without one."""
        paths = (match for letter in self.letters(to) for match in LINK.findall(letter["text"]))
        found: str = next(path for path in paths if path.startswith(start))
        return found.rstrip(".,)")

    def shell(self, code: str) -> str:
        """What this code prints in the server's Django shell."""
        return self.server.manage("shell", "-v", "0", "-c", code).strip()

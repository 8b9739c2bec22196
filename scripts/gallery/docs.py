"""The pictures in the documentation: what is seen at once, without scrolling, as WebP because that is the smallest."""

import base64
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from scripts.gallery.walk import Scheme, put_on

# Of 100. Letters stay sharp, and no picture has more than 60 KB (`tests/tooling/test_docs.py`).
QUALITY = 75


@dataclass(frozen=True)
class Shot:
    """A picture of a stop, `width` and `height` in pixels."""

    stop: str
    file: str
    width: int = 360
    height: int = 780
    scheme: Scheme = "light"


SHOTS = (
    Shot("sign-up-code", "sign-up-code.webp"),
    Shot("sign-in", "sign-in.webp"),
    Shot("consent", "consent.webp"),
    Shot("account-apps", "account-apps.webp"),
    Shot("second-factor", "second-factor.webp", scheme="dark"),
    Shot("admin-dashboard", "dashboard.webp", width=1280, height=1010),
    Shot("admin-dashboard", "dashboard-phone.webp", height=1100, scheme="dark"),
)


def take_for_docs(page: Page, stop: str, folder: Path) -> None:
    """Write the documentation's pictures of this stop, if it has any."""
    for shot in SHOTS:
        if shot.stop == stop:
            put_on(page, shot.scheme)
            page.set_viewport_size({"width": shot.width, "height": shot.height})
            (folder / shot.file).write_bytes(_webp(page))


def _webp(page: Page) -> bytes:
    """What the browser shows now. Playwright itself knows PNG and JPEG only."""
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    session.detach()
    return base64.b64decode(answer["data"])

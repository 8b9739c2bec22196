"""Pictures of every page at two widths, light and dark: `python -m scripts.gallery [--language fa] [--only word]`."""

import argparse
import html
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.gallery.docs import take_for_docs
from scripts.gallery.journey import SETTINGS, stage, walk_everywhere
from scripts.gallery.walk import SCHEMES, put_on
from scripts.live_server import ROOT, live_server

OUT = ROOT / "test-results" / "gallery"
# How long a page may take on a machine that is busy with other things, in milliseconds.
PATIENCE = 60_000
SIZES = {360: 780, 1280: 900}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Make the gallery; 1 without a browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", default="en", help="the browser's language: en, mn, fa, uk")
    parser.add_argument(
        "--only", default="", help="take pictures only of the stops with this word in their name"
    )
    parser.add_argument(
        "--docs", action="store_true", help="write the documentation's own pictures anew, too"
    )
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    browser_path = next((path for name in NAMES if (path := shutil.which(name))), "")
    if not browser_path:
        sys.stderr.write("No Chromium found: install it (Debian: apt install chromium).\n")
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    with live_server(**SETTINGS) as server, sync_playwright() as playwright:
        stage(server)
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(base_url=server.url, locale=options.language)
        page.set_default_timeout(PATIENCE)

        def look(page: Page, name: str) -> None:
            if options.only in name:
                take(page, name, options.out)
            if options.docs:
                take_for_docs(page, name, ROOT / "docs" / "images")

        names = walk_everywhere(page, server, look)
        browser.close()
    write_index(options.out, [name for name in names if options.only in name])
    print(f"{len(names)} pages: {options.out / 'index.html'}")
    return 0


def take(page: Page, name: str, folder: Path) -> None:
    """The whole page, four times, without loading it again."""
    for scheme in SCHEMES:
        put_on(page, scheme)
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)


def write_index(folder: Path, names: list[str]) -> None:
    """One page with all pictures."""
    rows = []
    for name in names:
        pictures = "".join(
            f'<a href="{name}-{size}-{scheme}.png"><img src="{name}-{size}-{scheme}.png" height="360" alt=""></a>'
            for size in SIZES
            for scheme in SCHEMES
        )
        rows.append(f"<h2>{html.escape(name)}</h2><p>{pictures}</p>")
    text = "<!DOCTYPE html><meta charset=utf-8><title>Gallery</title><h1>Gallery</h1>" + "\n".join(rows)
    (folder / "index.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

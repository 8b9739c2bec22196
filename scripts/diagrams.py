"""Draws the diagrams of the documentation: `python -m scripts.diagrams path/to/mermaid.min.js`.

They are written as mermaid in the pages, which forges draw themselves. The site has pictures instead, so that it loads
nothing from elsewhere: `docs/images/diagrams/`, one for each fence, named by its own text (`scripts.docs_pages`).
Needs Chromium, and mermaid's script from its npm package (`npm pack mermaid`); neither is needed to build the site.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.docs_pages import DIAGRAMS, MERMAID, ROOT, picture_name

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# On a ground of its own, a drawing is as legible in the dark as it is in the light.
GROUND = "#ffffff"
LOOK = {
    "startOnLoad": False,
    "securityLevel": "strict",
    "theme": "base",
    "htmlLabels": False,
    # The same text gives the same picture.
    "deterministicIds": True,
    "handDrawnSeed": 1,
    "flowchart": {"htmlLabels": False, "useMaxWidth": False},
    "sequence": {"useMaxWidth": False},
    "state": {"useMaxWidth": False},
    "fontFamily": "system-ui, sans-serif",
    # Words on a line are not crossed out by it.
    "themeCSS": f".edgeLabel :is(rect, .background) {{ fill: {GROUND} !important; opacity: 1 !important; }}",
    "themeVariables": {
        "primaryColor": "#e2f2ed",
        "primaryTextColor": "#14211e",
        "primaryBorderColor": "#0b6b5d",
        "lineColor": "#3d5049",
        "textColor": "#14211e",
        "tertiaryColor": "#f3f5f4",
        "edgeLabelBackground": GROUND,
        "noteBkgColor": "#fdf1de",
        "noteTextColor": "#14211e",
        "noteBorderColor": "#7a4b00",
    },
}
DRAW = """async ([source, look, ground_colour]) => {
  mermaid.initialize(look);
  const { svg } = await mermaid.render("drawing", source);
  document.body.innerHTML = svg;
  const picture = document.querySelector("svg");
  const { x, y, width, height } = picture.viewBox.baseVal;
  const margin = 8;
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const box = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
  for (const [name, value] of Object.entries({ ...box, rx: 8 })) ground.setAttribute(name, value);
  ground.setAttribute("style", `fill: ${ground_colour}; stroke: none`);
  picture.prepend(ground);
  picture.setAttribute("viewBox", Object.values(box).join(" "));
  picture.setAttribute("width", Math.ceil(box.width));
  picture.setAttribute("height", Math.ceil(box.height));
  picture.removeAttribute("style");
  return new XMLSerializer().serializeToString(picture);
}"""


def main() -> int:
    """Draw what has no picture yet, remove what no page shows any more; 1 without a browser."""
    browser_path = next((path for name in NAMES if (path := shutil.which(name))), "")
    if not browser_path:
        sys.stderr.write("No Chromium found: install it (Debian: apt install chromium).\n")
        return 1
    DIAGRAMS.mkdir(parents=True, exist_ok=True)
    wanted = dict(sources())
    for old in set(DIAGRAMS.glob("*.svg")) - {DIAGRAMS / name for name in wanted}:
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<!DOCTYPE html><body></body>")
        page.add_script_tag(path=Path(sys.argv[1]))
        for name, source in wanted.items():
            draw(page, source, DIAGRAMS / name)
        browser.close()
    return 0


def sources() -> Iterator[tuple[str, str]]:
    """The picture's name and what it shows, for every diagram of the site's pages."""
    for path in sorted((ROOT / "docs").glob("**/*.md")):
        for found in MERMAID.finditer(path.read_text(encoding="utf-8")):
            yield picture_name(found[1]), found[1]


def draw(page: Page, source: str, to: Path) -> None:
    """One diagram as a picture with its own ground."""
    svg = page.evaluate(DRAW, [source, LOOK, GROUND])
    to.write_text(f"{slim(svg)}\n", encoding="utf-8")
    print(to.name)


def slim(svg: str) -> str:
    """The drawing without pictures that it does not use and digits that nobody sees: a tenth of the size."""
    for symbol in re.findall(r"<symbol.*?</symbol>", svg, re.DOTALL):
        name = re.search(r'id="([^"]+)"', symbol)
        if name is None or f"#{name[1]}" not in svg:
            svg = svg.replace(symbol, "")
    svg = re.sub(r' data-[\w-]+="[^"]*"', "", svg)
    return re.sub(r"-?\d+\.\d{2,}", _short, svg)


def _short(number: re.Match[str]) -> str:
    """A tenth is seen in small numbers, as in a line's width, and not in places far from the corner."""
    value = float(number[0])
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}".removesuffix(".0")


if __name__ == "__main__":
    sys.exit(main())

"""Owns what the documentation's site needs beside `docs/`: a hook for MkDocs (`mkdocs.yml`, `hooks`).

Pages that have to stay where tools and people look for them (CHANGELOG.md, the examples' READMEs) are brought in under
`project/`. Links are written for the repository; here they are turned into links of the site, and links to source
files become plain words, because the site has no source files. Diagrams become the pictures that `scripts.diagrams`
has drawn of them.
"""

import hashlib
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
BROUGHT_IN = (
    "API_DOCUMENTATION.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "keys/README.md",
    "examples/client_app/README.md", "examples/resource_server/README.md", "examples/spa/README.md",
    "resource_server/README.md",
)  # fmt: skip
UNDER = "project/"
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")
MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWS = re.compile(r"^ *accTitle: (.+)$", re.MULTILINE)
DIAGRAMS = ROOT / "docs" / "images" / "diagrams"
FENCE = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)\s*$", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside `docs/`."""
    for name in BROUGHT_IN:
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, UNDER + name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the diagrams of one page into pictures, and its links into the site's."""
    return with_site_links(with_pictures(markdown, page.file.src_uri), page.file.src_uri)


def with_pictures(markdown: str, page: str) -> str:
    """The text with a picture in each diagram's place. Raises LookupError where it does not say what it shows."""

    def picture(found: re.Match[str]) -> str:
        shows = SHOWS.search(found[1])
        if shows is None:
            raise LookupError(f"{page}: a diagram without accTitle")
        file = DIAGRAMS.relative_to(ROOT) / picture_name(found[1])
        return f"![{shows[1]}]({posixpath.relpath(file.as_posix(), posixpath.dirname(f'docs/{page}'))})"

    return MERMAID.sub(picture, markdown)


def picture_name(diagram: str) -> str:
    """The file of a diagram's picture: another one as soon as a letter changes, so that none is out of date."""
    return f"{hashlib.sha256(diagram.encode()).hexdigest()[:16]}.svg"


def with_site_links(markdown: str, page: str) -> str:
    """The text with its links rewritten, but for what stands in fenced code. `page` is its path in the site."""
    parts, end = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [_rewritten(markdown[end : fence.start()], page), fence[0]]
        end = fence.end()
    return "".join([*parts, _rewritten(markdown[end:], page)])


def _rewritten(text: str, page: str) -> str:
    def link(found: re.Match[str]) -> str:
        mark, words, target = found.groups()
        site = site_target(target, page)
        return f"{mark}[{words}]({site})" if site else words

    return LINK.sub(link, text)


def site_target(target: str, page: str) -> str:
    """Where a link of this page leads on the site; "" when the site does not have it but the repository does.

    A link to nothing at all stays as it is, so that a strict build complains of it.
    """
    path, hash_sign, anchor = target.partition("#")
    if not path or "://" in target or target.startswith("mailto:"):
        return target
    repository_page = page.removeprefix(UNDER) if page.startswith(UNDER) else f"docs/{page}"
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(repository_page), path))
    if wanted in BROUGHT_IN:
        found = UNDER + wanted
    elif wanted == "README.md":
        found = "README.md"
    elif wanted.startswith("docs/") and (ROOT / wanted).is_file():
        found = wanted.removeprefix("docs/")
    else:
        return "" if (ROOT / wanted).exists() else target
    return posixpath.relpath(found, posixpath.dirname(page) or ".") + hash_sign + anchor

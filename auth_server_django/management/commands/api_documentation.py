"""`manage.py api_documentation`: writes API_DOCUMENTATION.md, or tells whether it is current."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from auth_server_django.api import api
from auth_server_django.openapi.markdown import as_markdown

NAME = "API_DOCUMENTATION.md"
# What no document can say is written by hand; links in it lead from where it stands.
WRITTEN = ("docs/api/protocol.md", "docs/api/json.md")
LINKS = (("](../../", "]("), ("](../", "](docs/"))


class Command(BaseCommand):
    help = "Writes API_DOCUMENTATION.md from docs/api/ and the OpenAPI document."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when it is stale")
        parser.add_argument("--output", type=Path, help="another file to write or to check")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        path = options["output"] or root / NAME
        text = page(root)
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"wrote {path.name}")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{path.name}: not what the API is. `make docs` writes it again.")


def page(root: Path) -> str:
    """The whole page."""
    written = [(root / name).read_text(encoding="utf-8") for name in WRITTEN]
    for old, new in LINKS:
        written = [text.replace(old, new) for text in written]
    note = "<!-- Made by `manage.py api_documentation` from docs/api/ and the OpenAPI document. -->\n"
    return "\n".join([note, *written, as_markdown(api.get_openapi_schema())])

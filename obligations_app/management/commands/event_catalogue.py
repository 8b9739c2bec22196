"""`manage.py event_catalogue`: writes docs/events.md from the events that the rooms declare."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core_app.events import CATALOGUE, AuditSignal
from obligations_app.duties import DUTIES

HEAD = """\
# Events

Every event below becomes one row of the token log (`OAuthTokenLog`), written in the transaction of what
happened. The person is told by e-mail where the last column says so. Made by `manage.py event_catalogue`.

| Event | Room | Meaning | Person is told |
|---|---|---|---|
"""


class Command(BaseCommand):
    help = "Write docs/events.md from the declared events; with --check, only tell whether it is up to date."
    # It documents the code and needs no database, keys or other settings to be right.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; fail when it is out of date."
        )
        parser.add_argument("--output", type=Path, default=Path(settings.BASE_DIR) / "docs" / "events.md")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["output"]
        page = catalogue_page()
        if options["check"]:
            if not path.is_file() or path.read_text(encoding="utf-8") != page:
                raise CommandError(f"{path} is out of date. Run `python manage.py event_catalogue`.")
            return
        path.write_text(page, encoding="utf-8")
        self.stdout.write(f"wrote {path}")


def catalogue_page() -> str:
    """The page's whole text, events in alphabetical order."""
    rooms = _declaring_rooms()
    lines = [
        f"| `{name}` | `{rooms.get(name, '')}` | {signal.meaning} | {'yes' if name in DUTIES else ''} |\n"
        for name, signal in sorted(CATALOGUE.items())
    ]
    return HEAD + "".join(lines)


def _declaring_rooms() -> dict[str, str]:
    modules = {config.name: sys.modules.get(f"{config.name}.signals") for config in apps.get_app_configs()}
    return {
        value.name: room
        for room, module in modules.items()
        if module is not None
        for value in vars(module).values()
        if isinstance(value, AuditSignal)
    }

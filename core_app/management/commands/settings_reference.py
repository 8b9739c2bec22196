"""`manage.py settings_reference`: writes docs/settings.md and .env.example, or tells if they are current."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core_app.settings_reference import SettingDeclaredTwice, as_env_example, as_markdown, rooms


class Command(BaseCommand):
    help = "Writes docs/settings.md and .env.example from the settings that the rooms declare."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when one is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        pages = _pages(root)
        if options["check"]:
            _refuse_stale(pages)
            return
        for path, text in pages.items():
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"wrote {path.relative_to(root)}")


def _pages(root: Path) -> dict[Path, str]:
    try:
        found = rooms(root)
    except SettingDeclaredTwice as error:
        raise CommandError(str(error)) from error
    return {root / "docs" / "settings.md": as_markdown(found), root / ".env.example": as_env_example(found)}


def _refuse_stale(pages: dict[Path, str]) -> None:
    stale = [path.name for path, text in pages.items() if not _holds(path, text)]
    if stale:
        raise CommandError(f"{', '.join(stale)}: not what the rooms declare. `make docs` writes it again.")


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text

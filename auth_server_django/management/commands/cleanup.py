"""`manage.py cleanup`: remove what says nothing any more, in every room. The worker does it every hour."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from auth_server_django.cleaning import clean_up
from auth_server_django.conf import conf
from core_app.cleanup import MOST_COUNTED, backlog, is_red


class Command(BaseCommand):
    help = "Remove old rows of every room in small steps; safe to stop and to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds", type=float, default=conf.CLEANUP_SECONDS, help="stop after so long (CLEANUP_SECONDS)"
        )
        parser.add_argument(
            "--backlog", action="store_true", help="remove nothing; say what waits and what is late"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["backlog"]:
            self._say_backlog()
            return
        removed = clean_up(seconds=options["seconds"])
        if removed is None:
            self.stdout.write("Another clean-up is under way; it does the same.")
            return
        for name, count in removed.items():
            self.stdout.write(f"{count:>8} {name}")

    def _say_backlog(self) -> None:
        for one in backlog(timezone.now()):
            waiting = f"{one.waiting}{'+' if one.waiting >= MOST_COUNTED else ''}"
            since = f", oldest of {one.oldest:%Y-%m-%d %H:%M}" if one.oldest else ""
            self.stdout.write(f"{waiting:>8} {one.name}{since}{' LATE' if is_red(one) else ''}")

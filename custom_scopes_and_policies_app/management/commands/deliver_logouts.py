"""Tells apps of ended sessions without Celery: once, or for ever with a pause between the runs."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from custom_scopes_and_policies_app.backchannel import deliver_due


class Command(BaseCommand):
    help = "Delivers the logout tokens that are due. With --every, goes on until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=float, default=None, metavar="SECONDS", help="run again after a pause"
        )

    def handle(self, *, every: float | None, **options: Any) -> None:
        try:
            self._run()
            while every is not None:
                time.sleep(every)
                close_old_connections()
                self._run()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _run(self) -> None:
        self.stdout.write(f"{deliver_due()} tried.")

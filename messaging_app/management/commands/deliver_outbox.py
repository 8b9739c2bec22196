"""Runs the relay without Celery: once, or for ever with a pause between the runs."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from messaging_app.delivery import relay


class Command(BaseCommand):
    help = "Sends the messages that are due. With --every, goes on until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=None, help="at most so many messages a run")
        parser.add_argument(
            "--every", type=float, default=None, metavar="SECONDS", help="run again after a pause"
        )

    def handle(self, *, limit: int | None, every: float | None, **options: Any) -> None:
        try:
            self._run(limit)
            while every is not None:
                time.sleep(every)
                close_old_connections()
                self._run(limit)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _run(self, limit: int | None) -> None:
        sent = relay(limit)
        self.stdout.write(f"{sent} sent.")

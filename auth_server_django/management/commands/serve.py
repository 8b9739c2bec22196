"""`manage.py serve`: run the server with granian (WSGI)."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from auth_server_django.conf import conf


class Command(BaseCommand):
    help = "Serve over HTTP with granian. Ctrl+C stops it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=conf.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--processes", type=int, default=conf.WEB_PROCESSES)
        parser.add_argument("--threads", type=int, default=conf.WEB_THREADS)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{settings.PRODUCT_NAME}: {settings.ISSUER_URL}  (Ctrl+C stops it)")
        self.stdout.flush()
        # granian replaces this process, so that signals reach it directly.
        os.execv(  # noqa: S606  our own interpreter with fixed arguments
            sys.executable,
            [
                sys.executable, "-m", "granian",
                "--interface", "wsgi",
                "--host", options["host"],
                "--port", str(options["port"]),
                "--workers", str(options["processes"]),
                "--blocking-threads", str(options["threads"]),
                "--no-ws",
                "--log-level", "warning",
                "auth_server_django.wsgi:application",
            ],
        )  # fmt: skip

"""`manage.py serve`: run the server with granian (WSGI)."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from auth_server_django.conf import conf
from auth_server_django.metrics.folder import VARIABLE, make_folder


class Command(BaseCommand):
    help = "Serve over HTTP with granian. Ctrl+C stops it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=conf.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--processes", type=int, default=conf.WEB_PROCESSES)
        parser.add_argument("--threads", type=int, default=conf.WEB_THREADS)

    def handle(self, *args: Any, **options: Any) -> None:
        way = f", a tunnel to port {options['port']}" if conf.PUBLIC_URL else ""
        self.stdout.write(f"{settings.PRODUCT_NAME}: {settings.ISSUER_URL}{way}  (Ctrl+C stops it)")
        self.stdout.flush()
        # Before granian starts its processes: they find the folder by its name in the environment.
        os.environ[VARIABLE] = make_folder()
        # The server replaces this process, so that signals reach it directly and its children load the code anew.
        os.execv(  # noqa: S606  our own interpreter with fixed arguments
            sys.executable,
            [
                sys.executable, "-m", "auth_server_django.serving",
                "--host", options["host"],
                "--port", str(options["port"]),
                "--processes", str(options["processes"]),
                "--threads", str(options["threads"]),
                "--restart-seconds", str(conf.WEB_RESTART_SECONDS),
            ],
        )  # fmt: skip

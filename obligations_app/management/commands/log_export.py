"""`manage.py log_export`: a part of the token log as a file, as the admin's export makes it."""

import os
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from obligations_app.conf import conf
from obligations_app.log_export import KINDS, RangeRefused, begin
from obligations_app.models import OAuthTokenLog
from obligations_app.selectors import read_time

FILTERS = {"event": "event", "client": "client_id", "outcome": "outcome"}


class Command(BaseCommand):
    help = "Write a part of the token log as CSV or NDJSON. That it was asked for is recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="since", required=True, help="like 2026-11-01 or 2026-11-01T12:00Z"
        )
        parser.add_argument(
            "--to", dest="until", required=True, help="like --from; this moment is not included"
        )
        parser.add_argument("--format", choices=sorted(KINDS), default="ndjson")
        parser.add_argument("--output", required=True, help="a new file, or - for the standard output")
        for name in FILTERS:
            parser.add_argument(f"--{name}", default="", help=f"only entries of this {name}")

    def handle(self, *args: Any, **options: Any) -> None:
        filters = {name: options[name] for name in FILTERS if options[name]}
        entries = OAuthTokenLog.objects.filter(**{FILTERS[name]: value for name, value in filters.items()})
        try:
            lines = begin(
                entries=entries,
                kind=options["format"],
                since=_time(options["since"]),
                until=_time(options["until"]),
                asked=" ".join(["manage.py", *(f"{name}={value}" for name, value in filters.items())]),
            )
        except RangeRefused as error:
            raise CommandError(
                f"The range ends after it begins and covers {conf.LOG_EXPORT_DAYS} days at most."
            ) from error
        if options["output"] == "-":
            for line in lines:
                self.stdout.write(line, ending="")
            return
        try:
            # For its owner only, and never in the place of another file.
            descriptor = os.open(options["output"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{options['output']}: {error.strerror}") from error
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        self.stdout.write(f"wrote {options['output']}")


def _time(text: str) -> datetime:
    try:
        moment = read_time(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text!r} is no time. Write it like 2026-11-21 or 2026-11-21T17:30Z.")
    return moment

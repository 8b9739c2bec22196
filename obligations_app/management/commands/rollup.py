"""`manage.py rollup`: count what the dashboard shows. The worker does it every minute."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from obligations_app.rollup_conf import conf
from obligations_app.rollups import catch_up, count_again


class Command(BaseCommand):
    help = "Bring the hourly figures up to date; safe to stop and to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds", type=float, default=conf.ROLLUP_SECONDS, help="stop after so long (ROLLUP_SECONDS)"
        )
        parser.add_argument(
            "--hours", type=_one_or_more, help="count the last so many hours again, all of them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        hours = options["hours"]
        counted = count_again(hours=hours) if hours else catch_up(seconds=options["seconds"])
        for name, number in counted.items():
            self.stdout.write(
                f"{name}: {'somebody else is at it' if number is None else f'{number} hours counted'}"
            )


def _one_or_more(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("expected a number of hours, 1 or more")
    return int(text)

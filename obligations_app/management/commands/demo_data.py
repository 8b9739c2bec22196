"""`manage.py demo_data`: fills an empty server with a month that never was, to look at the operators' pages."""

import random
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from messaging_app.models import OutboundMessage
from obligations_app.demo.cast import MOST_PEOPLE, is_there, make_apps, make_people
from obligations_app.demo.life import Life
from obligations_app.models import OAuthTokenLog
from obligations_app.rollups import count_again
from sessions_app.models import SsoSession

MOST_DAYS = 365
BATCH = 1000


class Command(BaseCommand):
    help = (
        "Make people, apps, sessions, messages and log entries that never were. The log keeps them for ever."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help=f"how far back, {MOST_DAYS} at most")
        parser.add_argument("--people", type=int, default=200, help=f"how many, {MOST_PEOPLE} at most")
        parser.add_argument(
            "--seed", type=int, default=1, help="equal seeds give equal data, but for the time"
        )
        parser.add_argument("--force", action="store_true", help="also where DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError in production and for numbers that make no sense. A second time does nothing."""
        if not (settings.DEBUG or options["force"]):
            raise CommandError(
                "DEBUG is off: this looks like a real server, and its log can't be cleaned of made-up entries. "
                "Use --force where that is meant."
            )
        if not (1 <= options["days"] <= MOST_DAYS and 1 <= options["people"] <= MOST_PEOPLE):
            raise CommandError(f"Between 1 and {MOST_DAYS} days, and between 1 and {MOST_PEOPLE} people.")
        if is_there():
            self.stdout.write("The demonstration data is there already.")
            return
        life = make(days=options["days"], people=options["people"], seed=options["seed"])
        count_again(hours=24 * (options["days"] + 1))
        self.stdout.write(
            f"Made {options['people']} people, {len(life.sessions)} sessions, {len(life.messages)} SMS and "
            f"{len(life.log)} log entries of the last {options['days']} days."
        )


def make(*, days: int, people: int, seed: int) -> Life:
    """Write it all, or nothing."""
    chance = random.Random(seed)  # noqa: S311  the same data for the same seed, nothing secret
    now = timezone.now()
    since = now - timedelta(days=days)
    with transaction.atomic():
        life = Life(chance, make_apps(), now)
        cast = make_people(people, since, chance)
        life.live(cast, since)
        for day in range(0, days, 4):
            life.guess(cast[chance.randrange(people)], since + timedelta(days=day, hours=5))
        life.log.sort(key=lambda entry: entry.at)
        SsoSession.objects.bulk_create(life.sessions, batch_size=BATCH)
        OutboundMessage.objects.bulk_create(life.messages, batch_size=BATCH)
        OAuthTokenLog.objects.bulk_create(life.log, batch_size=BATCH)
    return life

"""`manage.py forget_old_limits`: remove counters whose time is over. Run it once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from limits_app.cleanup import forget_before


class Command(BaseCommand):
    help = "Remove failures, budget windows and blocks whose time is over."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_before(timezone.now())} removed.")

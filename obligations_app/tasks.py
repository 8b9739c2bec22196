"""What the worker does for the record."""

from celery import shared_task
from django.utils import timezone

from obligations_app.folding import write_counts
from obligations_app.later import tell_what_was_missed
from obligations_app.rollup_conf import conf
from obligations_app.rollups import catch_up


@shared_task(name="obligations_app.count_refusals", ignore_result=True, expires=60)  # type: ignore[untyped-decorator]
def run_count_refusals() -> int:
    """Write down how often the same was refused in the minutes that are over."""
    return write_counts(timezone.now())


@shared_task(name="obligations_app.tell_what_was_missed", ignore_result=True, expires=60)  # type: ignore[untyped-decorator]
def run_tell_what_was_missed() -> int:
    """Tell of what a process that died has not told."""
    return tell_what_was_missed(timezone.now())


@shared_task(name="obligations_app.rollup", ignore_result=True, expires=60)  # type: ignore[untyped-decorator]
def run_rollup() -> dict[str, int | None]:
    """Count the hours that are new or may have changed, for `ROLLUP_SECONDS` at most. Beat asks every minute."""
    return catch_up(seconds=conf.ROLLUP_SECONDS)

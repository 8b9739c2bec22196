"""One clean-up at a time, however many workers and people start one."""

from django.utils import timezone

from core_app.cleanup import everything_old, remove
from limits_app.leases import lease

NAME = "cleanup"
# The last steps may end after the time is over.
MARGIN_SECONDS = 60


def clean_up(*, seconds: float) -> dict[str, int] | None:
    """Remove old rows of every room for so long at most; how many of each kind. None: another one is under way."""
    with lease(NAME, seconds=seconds + MARGIN_SECONDS) as is_mine:
        return remove(everything_old(timezone.now()), seconds=seconds) if is_mine else None

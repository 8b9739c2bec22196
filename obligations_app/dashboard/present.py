"""What is so now: sessions that are alive and messages that wait. Counted, but never further than a page needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import number_format

from messaging_app.models import OutboundMessage
from sessions_app.selectors import alive_now

MOST_COUNTED = 10_000
Status = OutboundMessage.Status
WAITING = (Status.QUEUED, Status.SENDING)
NEEDS_A_LOOK = (Status.DEAD, Status.FAILED, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Present:
    """Counts as text, with a `+` where counting stopped; `oldest` is when the longest waiting message was written."""

    sessions: str
    waiting: str
    oldest: datetime | None
    dead: str
    is_bad: bool


def present(now: datetime, since: datetime) -> Present:
    """Now; messages that need a look are those written since then."""
    outbox = OutboundMessage.objects.order_by()
    waiting = outbox.filter(status__in=WAITING)
    # In the order in which they are due: the first is the one that has been waiting longest for its turn.
    first = waiting.order_by("next_attempt_at").values_list("created_at", flat=True).first()
    lost = _count(outbox.filter(status__in=NEEDS_A_LOOK, created_at__gte=since))
    return Present(
        sessions=_text(_count(alive_now(now))),
        waiting=_text(_count(waiting)),
        oldest=first,
        dead=_text(lost),
        is_bad=lost > 0,
    )


def _count(rows: QuerySet[Any]) -> int:
    return rows.values("pk")[: MOST_COUNTED + 1].count()


def _text(count: int) -> str:
    return f"{number_format(MOST_COUNTED)}+" if count > MOST_COUNTED else number_format(count)

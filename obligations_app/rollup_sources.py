"""What is counted: one hour of the log, and one hour of the outbox's SMS, as the database groups them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Left

from core_app.events import SUCCESS
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import GRANT_TYPES
from custom_scopes_and_policies_app.plan import FIRST_PARTY
from messaging_app.gateways.base import DELIVERED, FAILED
from messaging_app.models import OutboundMessage
from messaging_app.services import CODES
from obligations_app.models import OAuthTokenLog
from obligations_app.rollup_models import EventCount, SmsCount

KNOWN_GRANTS = (*GRANT_TYPES, FIRST_PARTY)
# More kinds than this in one hour are somebody's nonsense: the rarest are counted together under OTHER.
MOST_KINDS = 2000
OTHER = "…"
REASON_LENGTH = 64

Status = OutboundMessage.Status
Row = EventCount | SmsCount


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that is counted by the hour.

    `total` names the field whose sum over an hour never falls while its rows are there. `late` is how long after its
    hour a row may still appear or change; that much is counted again, `rechecks` hours in each run.
    """

    name: str
    table: type[EventCount] | type[SmsCount]
    total: str
    oldest_since: Callable[[datetime | None], datetime | None]
    count: Callable[[datetime, datetime], Sequence[Row]]
    late: timedelta
    rechecks: int


def oldest_entry(since: datetime | None) -> datetime | None:
    """When the first log entry at or after that time was made; None when there is none."""
    entries = OAuthTokenLog.objects.filter(at__gte=since) if since else OAuthTokenLog.objects.all()
    return entries.order_by("at").values_list("at", flat=True).first()


def count_events(since: datetime, until: datetime) -> list[EventCount]:
    """The log's entries from `since` to before `until`, counted under the hour that begins at `since`."""
    known = Application.objects.values("client_id")
    groups = (
        OAuthTokenLog.objects.filter(at__gte=since, at__lt=until)
        .order_by()
        .annotate(
            # What succeeded names apps of ours. What was refused may name anything.
            app=Case(
                When(outcome=SUCCESS, then=F("client_id")),
                When(client_id__in=known, then=F("client_id")),
                default=Value(""),
            ),
            grant=Case(When(grant_type__in=KNOWN_GRANTS, then=F("grant_type")), default=Value("")),
            why=Left("reason", REASON_LENGTH),
        )
        .values_list("event", "outcome", "app", "grant", "why")
        .annotate(times=Sum("count"))
        .order_by("-times", "event", "outcome", "app", "grant", "why")
    )
    rows = groups.iterator(chunk_size=1000)
    counts = {tuple(kind): times for *kind, times in islice(rows, MOST_KINDS)}
    for event, outcome, _app, _grant, _why, times in rows:
        kind = (event, outcome, "", "", OTHER)
        counts[kind] = counts.get(kind, 0) + times
    return [_event_count(since, *kind, count=count) for kind, count in counts.items()]


def oldest_sms(since: datetime | None) -> datetime | None:
    """When the first message at or after that time was written; None when there is none."""
    messages = (
        OutboundMessage.objects.filter(created_at__gte=since) if since else OutboundMessage.objects.all()
    )
    return messages.order_by("created_at").values_list("created_at", flat=True).first()


def count_sms(since: datetime, until: datetime) -> list[SmsCount]:
    """What became of the SMS written from `since` to before `until`, under the hour that begins at `since`."""
    is_code = Q(purpose__startswith=CODES)
    groups = (
        OutboundMessage.objects.filter(
            channel=OutboundMessage.Channel.SMS, created_at__gte=since, created_at__lt=until
        )
        .order_by()
        .values("country", "route", "currency")
        .annotate(
            written=Count("pk"),
            sent=Count("pk", filter=Q(status=Status.SENT)),
            delivered=Count("pk", filter=Q(receipt_status=DELIVERED)),
            failed=Count(
                "pk",
                filter=Q(receipt_status=FAILED) | Q(status__in=[Status.FAILED, Status.DEAD, Status.UNKNOWN]),
            ),
            refused=Count("pk", filter=Q(status=Status.REFUSED)),
            codes=Count("pk", filter=is_code & Q(status=Status.SENT)),
            verified=Count("pk", filter=is_code & Q(used_at__isnull=False)),
            all_parts=Sum("parts"),
            all_cost=Sum("cost"),
        )
    )
    return [_sms_count(since, dict(group)) for group in groups]


def _sms_count(hour: datetime, group: dict[str, Any]) -> SmsCount:
    parts, cost = group.pop("all_parts"), group.pop("all_cost")
    return SmsCount(hour=hour, parts=parts or 0, cost=Decimal(cost or 0), **group)


def _event_count(
    hour: datetime, event: str, outcome: str, client_id: str, grant_type: str, reason: str, *, count: int
) -> EventCount:
    return EventCount(
        hour=hour,
        event=event,
        outcome=outcome,
        client_id=client_id,
        grant_type=grant_type,
        reason=reason,
        count=count,
    )


SOURCES = (
    # A transaction may commit after a later one has been counted. None lasts a day.
    Source("events", EventCount, "count", oldest_entry, count_events, late=timedelta(hours=24), rechecks=1),
    # Receipts are taken for a week (messaging_app.receipts.TAKEN_FOR).
    Source("sms", SmsCount, "written", oldest_sms, count_sms, late=timedelta(days=7), rechecks=4),
)

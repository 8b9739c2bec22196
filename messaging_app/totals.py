"""What SMS came to, for operators: by day, route and country, and how much of the budgets is set aside."""

from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from limits_app.budgets import used
from messaging_app import breaker
from messaging_app.conf import conf
from messaging_app.gateways.base import DELIVERED, FAILED
from messaging_app.models import OutboundMessage
from messaging_app.routes import parse_routes
from messaging_app.spending import BUDGET_DAY, BUDGET_HOUR, BUDGETS, EVERYBODY, UNITS
from messaging_app.spending_conf import conf as spending

Status = OutboundMessage.Status
MOST_ROWS = 1000


def totals(*, days: int) -> Iterable[Mapping[str, Any]]:
    """Counts, parts and cost of the last `days` days, the newest day first.

    Days are UTC's: MariaDB knows other time zones only after their tables were loaded.
    """
    since = timezone.now() - timedelta(days=days)
    return (
        OutboundMessage.objects.filter(channel=OutboundMessage.Channel.SMS, created_at__gte=since)
        .annotate(day=TruncDate("created_at", tzinfo=UTC))
        .values("day", "route", "country", "currency")
        .annotate(
            written=Count("id"),
            sent=Count("id", filter=Q(status=Status.SENT)),
            arrived=Count("id", filter=Q(receipt_status=DELIVERED)),
            not_arrived=Count("id", filter=Q(receipt_status=FAILED)),
            refused=Count("id", filter=Q(status=Status.REFUSED)),
            parts=Sum("parts"),
            cost=Sum("cost"),
        )
        .order_by("-day", "route", "country")[:MOST_ROWS]
    )


def budgets() -> list[dict[str, object]]:
    """Each money budget: how much is set aside now and how much is allowed."""
    figures = {
        BUDGET_HOUR: (_("An hour"), spending.SMS_BUDGET_HOUR),
        BUDGET_DAY: (_("24 hours"), spending.SMS_BUDGET_DAY),
    }
    return [
        {"label": label, "limit": limit, "used": Decimal(used(name, EVERYBODY, BUDGETS[name])) / UNITS}
        for name, (label, limit) in figures.items()
    ]


def routes() -> list[dict[str, object]]:
    """Every route in use, and whether its breaker is open."""
    names = {name for gateways in parse_routes(conf.SMS_ROUTES).values() for name in gateways}
    return [{"name": name, "is_open": breaker.is_open(name)} for name in sorted(names)]

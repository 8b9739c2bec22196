"""SMS on the dashboard: what became of them, and what they cost by country and route."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from obligations_app.dashboard.charts import Chart, Series, stacked
from obligations_app.dashboard.log_links import messages_url
from obligations_app.dashboard.ranges import Range
from obligations_app.rollup_models import SmsCount

MOST_ROWS = 50
COLUMNS = ("written", "sent", "delivered", "failed", "refused", "codes", "verified", "parts", "cost")


@dataclass(frozen=True, slots=True)
class SmsRow:
    """One country by one route in one currency. Rates are whole per cent, None where there is nothing to compare."""

    country: str
    route: str
    currency: str
    sent: int
    delivered_rate: int | None
    verified_rate: int | None
    failed: int
    refused: int
    parts: int
    cost: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class SmsView:
    chart: Chart
    rows: Sequence[SmsRow]
    sent: int
    compared: int
    before: int
    costs: Sequence[tuple[Decimal, str]]
    url: str


def sms_view(shown: Range, counts: Sequence[SmsCount], before: int) -> SmsView:
    """From the figures of the slices."""
    money: dict[str, Decimal] = {}
    for count in counts:
        if count.cost:
            money[count.currency] = money.get(count.currency, Decimal(0)) + count.cost
    return SmsView(
        chart=_chart(shown, counts),
        rows=_rows(shown, counts),
        sent=sum(count.sent for count in counts),
        compared=sum(count.sent for count in counts if count.hour < shown.whole_until),
        before=before,
        costs=[(cost, currency) for currency, cost in sorted(money.items())],
        url=messages_url(shown.start, shown.end, channel="sms", status="sent"),
    )


def _chart(shown: Range, counts: Sequence[SmsCount]) -> Chart:
    place = {edge: number for number, edge in enumerate(shown.edges)}
    kinds = {name: [0] * (len(shown.edges) - 1) for name in ("delivered", "open", "failed", "refused")}
    for count in counts:
        number = place[count.hour]
        kinds["delivered"][number] += count.delivered
        # Sent, and nobody has said what became of it; a receipt of failure stands under `failed`.
        kinds["open"][number] += max(0, count.sent - count.delivered - count.failed)
        kinds["failed"][number] += count.failed
        kinds["refused"][number] += count.refused
    series = [
        Series(_("arrived"), 1, kinds["delivered"], partial(_sms_url, receipt_status="delivered")),
        Series(_("sent, no receipt"), 5, kinds["open"], partial(_sms_url, status="sent")),
        Series(_("not arrived"), 2, kinds["failed"], _sms_url),
        Series(_("over a limit"), 3, kinds["refused"], partial(_sms_url, status="refused")),
    ]
    return stacked("sms", _("SMS"), shown, series)


def _sms_url(since: datetime, until: datetime, **exact: str) -> str:
    return messages_url(since, until, channel="sms", **exact)


def _rows(shown: Range, counts: Sequence[SmsCount]) -> list[SmsRow]:
    totals: dict[tuple[str, str, str], SmsCount] = {}
    for count in counts:
        key = (count.country, count.route, count.currency)
        total = totals.setdefault(key, SmsCount(country=key[0], route=key[1], currency=key[2]))
        for name in COLUMNS:
            setattr(total, name, getattr(total, name) + getattr(count, name))
    dearest = sorted(totals.values(), key=lambda row: (-row.cost, -row.written, row.country, row.route))
    return [_row(shown, total) for total in dearest[:MOST_ROWS]]


def _row(shown: Range, total: SmsCount) -> SmsRow:
    return SmsRow(
        country=total.country,
        route=total.route,
        currency=total.currency,
        sent=total.sent,
        delivered_rate=_rate(total.delivered, total.sent),
        verified_rate=_rate(total.verified, total.codes),
        failed=total.failed,
        refused=total.refused,
        parts=total.parts,
        cost=total.cost,
        url=messages_url(shown.start, shown.end, country=total.country, route=total.route, channel="sms"),
    )


def _rate(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None

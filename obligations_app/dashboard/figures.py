"""Everything that the dashboard shows, as data: key figures with their change, charts and tables."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from core_app.events import REFUSED
from custom_scopes_and_policies_app.models import Application
from obligations_app.dashboard.charts import Chart, Series, stacked
from obligations_app.dashboard.counts import (
    Counts,
    Freshness,
    add_newest,
    freshness,
    read_counts,
    read_sms,
    sms_before,
)
from obligations_app.dashboard.log_links import log_url
from obligations_app.dashboard.ranges import Range
from obligations_app.dashboard.sms import SmsView, sms_view
from obligations_app.rollup_sources import OTHER

Text = Callable[[str], str]
MOST_BARS = 8
GOOD, BAD = "good", "bad"
KEY_FIGURES: Sequence[tuple[str, str | Promise, str]] = (
    ("session.started", _later("Sign-ins"), GOOD),
    ("login.failed", _later("Sign-ins refused"), BAD),
    ("account.locked", _later("Accounts locked"), BAD),
    ("token.issued", _later("Tokens issued"), GOOD),
    ("token.refused", _later("Token requests refused"), BAD),
    ("consent.given", _later("Consents given"), GOOD),
)
# Name, title, and the events with their label and colour (static/css/dashboard.css).
CHARTS: Sequence[tuple[str, str | Promise, Sequence[tuple[str, str | Promise, int]]]] = (
    (
        "sign-ins",
        _later("Sign-ins and failures"),
        (
            ("session.started", _later("signed in"), 1),
            ("login.failed", _later("password refused"), 2),
            ("otp.failed", _later("wrong code"), 3),
            ("factor.refused", _later("second factor refused"), 4),
        ),
    ),
    (
        "tokens",
        _later("Tokens"),
        (
            ("token.issued", _later("issued"), 1),
            ("token.refreshed", _later("refreshed"), 5),
            ("token.refused", _later("refused"), 2),
        ),
    ),
    (
        "consents",
        _later("Consents"),
        (
            ("consent.given", _later("given"), 1),
            ("consent.lowered", _later("lowered"), 5),
            ("consent.declined", _later("declined"), 3),
            ("consent.withdrawn", _later("withdrawn"), 2),
        ),
    ),
    (
        "locks",
        _later("Locks"),
        (("account.locked", _later("accounts"), 2), ("address.locked", _later("addresses"), 4)),
    ),
)
EVENTS = frozenset(
    [event for event, _label, _kind in KEY_FIGURES]
    + [event for _name, _title, series in CHARTS for event, _label, _colour in series]
    + ["authorization.refused", "session.ended"]
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `change` is in per cent of the range before, None where there was nothing to compare with."""

    label: str | Promise
    value: str
    url: str = ""
    change: int | None = None
    mood: str = ""

    @property
    def fall(self) -> int:
        """The change as a number without its sign."""
        return abs(self.change or 0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a table with a bar: its share of the longest one, from 0 to 100."""

    label: str
    count: int
    share: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    shown: Range
    fresh: Freshness
    figures: Sequence[Figure]
    charts: Sequence[Chart]
    clients: Sequence[Bar]
    grants: Sequence[Bar]
    reasons: Sequence[tuple[str, Sequence[Bar]]]
    sms: SmsView

    @property
    def is_empty(self) -> bool:
        return not self.sms.rows and all(total == 0 for chart in self.charts for _one, total in chart.series)


def dashboard(shown: Range) -> Dashboard:
    """The whole page's data. The log is not touched but for the last minutes."""
    fresh = freshness(shown.now)
    counts = read_counts(shown, EVENTS)
    add_newest(counts, shown, fresh, EVENTS)
    sms = sms_view(shown, read_sms(shown), sms_before(shown))
    return Dashboard(
        shown=shown,
        fresh=fresh,
        figures=key_figures(counts, shown),
        charts=[_chart(counts, shown, *one) for one in CHARTS],
        clients=_by_client(counts, shown),
        grants=bars(counts.grants, lambda grant: grant or _("not named"), lambda grant: ""),
        reasons=_reasons(counts, shown),
        sms=sms,
    )


def key_figures(counts: Counts, shown: Range) -> list[Figure]:
    """The numbers at the top, each with its change."""
    return [
        Figure(
            label=label,
            value=number_format(counts.totals[event]),
            url=log_url(shown.start, shown.end, event=event),
            change=(change := change_of(counts.compared[event], counts.before[event])),
            mood=mood_of(change, kind),
        )
        for event, label, kind in KEY_FIGURES
    ]


def change_of(now: int, before: int) -> int | None:
    """In per cent; None when there was nothing before."""
    return round(100 * (now - before) / before) if before else None


def mood_of(change: int | None, kind: str) -> str:
    """Whether the change is good news, bad news or none, for its colour."""
    if not change or kind == GOOD:
        return ""
    return BAD if change > 0 else GOOD


def bars(counts: Counter[str], label: Text, url: Text) -> list[Bar]:
    """The most frequent, each with its share of the first; the rest are one line."""
    most = counts.most_common(MOST_BARS)
    longest = most[0][1] if most else 1
    lines = [
        Bar(label(name), count, f"{100 * count / longest:.1f}", url(name)) for name, count in most if count
    ]
    rest = counts.total() - sum(count for _name, count in most)
    if rest:
        lines.append(Bar(_("all others"), rest, f"{min(100, 100 * rest / longest):.1f}"))
    return lines


def _chart(
    counts: Counts,
    shown: Range,
    name: str,
    title: str | Promise,
    events: Sequence[tuple[str, str | Promise, int]],
) -> Chart:
    nothing = [0] * (len(shown.edges) - 1)
    series = [
        Series(str(label), colour, counts.slices.get(event, nothing), partial(_event_url, event))
        for event, label, colour in events
    ]
    return stacked(name, str(title), shown, series)


def _event_url(event: str, since: datetime, until: datetime) -> str:
    return log_url(since, until, event=event)


def _by_client(counts: Counts, shown: Range) -> list[Bar]:
    ids = [client_id for client_id, _count in counts.clients.most_common(MOST_BARS)]
    names = dict(Application.objects.filter(client_id__in=ids).values_list("client_id", "name"))
    return bars(
        counts.clients,
        lambda client_id: names.get(client_id) or client_id or _("not named"),
        lambda client_id: log_url(shown.start, shown.end, client_id=client_id) if client_id else "",
    )


def _reasons(counts: Counts, shown: Range) -> list[tuple[str, Sequence[Bar]]]:
    titles = (
        ("token.refused", _("Why token requests were refused")),
        ("authorization.refused", _("Why authorization was refused")),
        ("session.ended", _("Why sessions ended")),
    )
    return [(title, lines) for event, title in titles if (lines := _reasons_of(counts, shown, event))]


def _reasons_of(counts: Counts, shown: Range, event: str) -> list[Bar]:
    found = Counter({reason: count for (name, reason), count in counts.reasons.items() if name == event})
    outcome = REFUSED if event.endswith(".refused") else ""
    return bars(
        found,
        lambda reason: _("very rare ones") if reason == OTHER else reason or _("not named"),
        # The log has no index, and so no filter, on reasons: the link leads to all of the event's.
        lambda reason: log_url(shown.start, shown.end, event=event, outcome=outcome),
    )

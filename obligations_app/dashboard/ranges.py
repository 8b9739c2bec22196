"""The range of time that the dashboard shows, in slices that become the columns of its charts.

Slices are made of whole UTC hours, as the figures are. Days begin at midnight in the server's zone; where that is not
on a UTC hour (India, Iran), with the first whole hour of the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from obligations_app.rollups import HOUR, hour_of

DAY = timedelta(days=1)
MOST_DAYS = 92
PRESETS = {"24h": (DAY, HOUR), "7d": (7 * DAY, 6 * HOUR), "30d": (30 * DAY, DAY)}
USUAL = "24h"
LONGEST_HOURLY, LONGEST_QUARTERLY = 2, 8


@dataclass(frozen=True, slots=True)
class Range:
    """`edges` are the beginnings of the slices and, last, the end of the last one. `now` parts past from future."""

    edges: Sequence[datetime]
    now: datetime
    preset: str = ""

    @property
    def start(self) -> datetime:
        return self.edges[0]

    @property
    def end(self) -> datetime:
        return self.edges[-1]

    @property
    def whole_until(self) -> datetime:
        """The end of the last hour that is over: only whole hours are compared with earlier ones."""
        return max(self.start, min(self.end, hour_of(self.now)))

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The range of the same length right before, as far as it is compared."""
        length = self.end - self.start
        return self.start - length, self.whole_until - length


def preset_range(name: str, now: datetime) -> Range:
    """One of PRESETS, ending with the present slice. Raises KeyError."""
    length, step = PRESETS[name]
    if step == DAY:
        today = timezone.localtime(now, timezone.get_default_timezone()).date()
        return Range(_days(today - length + DAY, today), now, name)
    end = hour_of(now) + HOUR
    return Range(_steps(end - length, end, step), now, name)


def dated_range(first: date, last: date, now: datetime) -> Range:
    """Whole days of the server's zone, both included, in slices that leave the charts readable."""
    days = (last - first).days + 1
    if days > LONGEST_QUARTERLY:
        return Range(_days(first, last), now)
    step = HOUR if days <= LONGEST_HOURLY else 6 * HOUR
    return Range(_steps(_midnight(first), _midnight(last + DAY), step), now)


def _days(first: date, last: date) -> list[datetime]:
    return [_midnight(first + number * DAY) for number in range((last - first).days + 2)]


def _steps(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    edges = [start]
    while edges[-1] < end:
        edges.append(min(edges[-1] + step, end))
    return edges


def _midnight(day: date) -> datetime:
    """The first whole UTC hour of the day."""
    moment = datetime.combine(day, time(), timezone.get_default_timezone()).astimezone(UTC)
    hour = hour_of(moment)
    return hour if hour == moment else hour + HOUR

"""Charts as plain geometry for the templates that draw them as SVG: no script, no style attribute, no library.

A chart's drawing is stretched to the page's width, so it has no text; scale and dates stand around it as HTML.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import date as in_words
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from obligations_app.dashboard.ranges import DAY, Range

HEIGHT = 100
STEP, WIDTH = 10, 7
NICE = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing, by slice. `url` makes the address of what was counted between two moments."""

    label: str
    colour: int
    values: Sequence[int]
    url: Callable[[datetime, datetime], str]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a column; texts, so that no language writes them with a decimal comma."""

    colour: int
    y: str
    height: str
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    x: int
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table behind the chart: the slice's name, and for each series how many and where they are."""

    label: str
    cells: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked columns with all that the page shows around them."""

    name: str
    title: str
    summary: str
    series: Sequence[tuple[Series, int]]
    width: int
    columns: Sequence[Column]
    top: int
    marks: Sequence[str]
    lines: Sequence[Line]


def stacked(name: str, title: str, shown: Range, series: Sequence[Series]) -> Chart:
    """Columns of the range's slices, the series stacked in their order."""
    heights = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    top = nice_top(max(heights, default=0))
    names = [slice_name(shown, number) for number in range(len(heights))]
    totals = [(one, sum(one.values)) for one in series]
    return Chart(
        name=name,
        title=title,
        summary="; ".join(f"{one.label}: {number_format(total)}" for one, total in totals),
        series=totals,
        width=STEP * len(heights),
        columns=[
            _column(series, names[number], shown, number, top)
            for number in range(len(heights))
            if heights[number]
        ],
        top=top,
        marks=[names[0], names[len(names) // 2], names[-1]],
        lines=[
            _line(series, names[number], shown, number) for number in range(len(heights)) if heights[number]
        ],
    )


def nice_top(largest: int) -> int:
    """The scale's end: the next 1, 2 or 5 with noughts that is not below the largest column."""
    power: int = 10 ** (len(str(max(largest, 1))) - 1)
    return next(factor * power for factor in NICE if factor * power >= largest)


def slice_name(shown: Range, number: int) -> str:
    """When a slice began, in the server's zone; only the day where it is one."""
    begin = timezone.localtime(shown.edges[number], timezone.get_default_timezone())
    is_day = shown.edges[number + 1] - shown.edges[number] >= DAY
    return in_words(begin, "j M" if is_day else "j M H:i")


def _column(series: Sequence[Series], name: str, shown: Range, number: int, top: int) -> Column:
    blocks, below = [], 0.0
    for one in series:
        height = HEIGHT * one.values[number] / top
        if height:
            below += height
            url = one.url(shown.edges[number], shown.edges[number + 1])
            blocks.append(Block(one.colour, f"{HEIGHT - below:.2f}", f"{height:.2f}", url))
    parts = [f"{one.label} {number_format(one.values[number])}" for one in series if one.values[number]]
    title = _("%(when)s: %(figures)s") % {"when": name, "figures": ", ".join(parts)}
    return Column(number * STEP + (STEP - WIDTH) // 2, title, blocks)


def _line(series: Sequence[Series], name: str, shown: Range, number: int) -> Line:
    since, until = shown.edges[number], shown.edges[number + 1]
    return Line(name, [(one.values[number], one.url(since, until)) for one in series])

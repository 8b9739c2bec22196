"""Owns the two ways that many figures become one."""

import statistics
from collections.abc import Sequence


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ordered figures that at least `share` (0 to 1) of them do not pass; 0 when there are none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(figures: Sequence[float]) -> float:
    """The middle one. Raises statistics.StatisticsError when there are none."""
    return float(statistics.median(figures))

"""How long two answers take, by the clock on the wall: pairs in turn, so that a busy machine slows both of them.

`tests/work.py` counts what answers cost and sees less than a clock; a clock sees all of it and less exactly. A password
that is hashed for one and not for the other is seen by both.
"""

import time
from collections.abc import Callable
from statistics import median

PAIRS = 11
# Of the longer of both. One hash as in production makes a page at least three times as long.
MOST_APART = 0.3
# Once in a while another program takes the machine in the middle of a pair; three times in a row it does not.
CHANCES = 3

Deed = Callable[[], object]


def seconds_of(deed: Deed) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def apart(one: Deed, other: Deed) -> float:
    """How far the medians are apart, as a share of the longer: 0 is the same, 1 is everything."""
    pairs = []
    for number in range(PAIRS):
        if number % 2:  # whoever comes second finds warm caches: in turn
            second, first = seconds_of(other), seconds_of(one)
        else:
            first, second = seconds_of(one), seconds_of(other)
        pairs.append((first, second))
    mine = float(median(first for first, _second in pairs))
    theirs = float(median(second for _first, second in pairs))
    return abs(mine - theirs) / max(mine, theirs)


def take_the_same_time(one: Deed, other: Deed) -> bool:
    return any(apart(one, other) < MOST_APART for _ in range(CHANCES))

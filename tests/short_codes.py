"""Codes of a few digits, which chance writes too: into digests, into fractions of a second, into other codes."""

import re
from collections.abc import Iterable
from itertools import count

_MOMENT = re.compile(r"datetime\.datetime\([^)]*\)")


def stands_in(text: str, code: str) -> bool:
    """Whether the code is in the text as a number of its own: any digest or microsecond may hold the same digits."""
    without_times = _MOMENT.sub("", text)
    return re.search(rf"(?<![0-9a-fA-F.]){re.escape(code)}(?![0-9a-fA-F])", without_times) is not None


def other_than(codes: Iterable[str], *, digits: int = 6) -> str:
    """A code that is none of these."""
    taken = set(codes)
    return next(code for number in count() if (code := f"{number:0{digits}}") not in taken)

"""Limits for endpoints that are called all the time: a process takes uses from the shared count by the handful.

One count in the cache pays for up to a hundredth of the limit. Never more than the limit passes; with several
processes a little less may, by what one of them has taken and not used. Whoever is over the limit is refused from this
process's memory until the window ends, so that a flood costs neither a look into the cache nor a row of the record.
"""

import time
from dataclasses import dataclass
from threading import Lock

from limits_app import rates

PART = 100
MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One use too many. `is_first` is true once per key, window and process: that one is worth a record."""

    retry_after: int
    is_first: bool


@dataclass(slots=True)
class _Share:
    """What this process may still use in a window. None left and `is_over`: nobody gets more before its end."""

    window: int
    left: int
    is_over: bool = False


_shares: dict[tuple[str, str], _Share] = {}
_lock = Lock()


def take(*, name: str, key: str, limit: int, per_seconds: int) -> Refusal | None:
    """Take one use of `name` for `key`; None when it is within the limit. A limit of 0 is none. Never raises."""
    if limit <= 0:
        return None
    now = time.time()
    window = int(now // per_seconds)
    place = (name, key)
    with _lock:
        share = _shares.get(place)
        if share is not None and share.window == window:
            if share.left:
                share.left -= 1
                return None
            if share.is_over:
                return Refusal(_seconds_left(window, per_seconds, now), is_first=False)
    handful = max(1, limit // PART)
    rate = rates.count(name=name, key=key, limit=limit, per_seconds=per_seconds, amount=handful)
    got = min(handful, limit - (rate.used - handful))
    with _lock:
        if len(_shares) >= MOST_KEYS:
            _shares.clear()
        known = _shares.get(place)
        # Another thread may have taken a handful meanwhile.
        left = known.left if known is not None and known.window == window else 0
        _shares[place] = _Share(window, left=left + max(0, got - 1), is_over=got <= 0)
    return Refusal(rate.resets_in, is_first=True) if got <= 0 else None


def forget_shares() -> None:
    """Drop what this process has taken: a test starts."""
    with _lock:
        _shares.clear()


def _seconds_left(window: int, per_seconds: int, now: float) -> int:
    return max(1, round((window + 1) * per_seconds - now))

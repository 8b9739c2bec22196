"""Failures and the locks they make, as pure functions over a clock that the caller brings.

An attempt is counted before it is checked, as if it had failed; a success takes it back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """How much is allowed. `many` failures in a row, locks notwithstanding, make every lock a `long_lock`."""

    limit: int
    lock: timedelta
    memory: timedelta
    many: int
    long_lock: timedelta


@dataclass(frozen=True, slots=True)
class Tally:
    """What is remembered of one account, device or address."""

    failures: int = 0
    in_a_row: int = 0
    since: datetime | None = None
    last_at: datetime | None = None
    locked_until: datetime | None = None
    is_told: bool = False


class Full(Exception):
    """No attempt may be made before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def lock_end(tally: Tally, now: datetime) -> datetime | None:
    """When the present lock ends; None when there is none."""
    return tally.locked_until if tally.locked_until and tally.locked_until > now else None


def count(tally: Tally, rule: Rule, now: datetime) -> Tally:
    """One more attempt. Raises Full when the limit was reached before it; that changes nothing."""
    end = lock_end(tally, now)
    if end is not None:
        raise Full(end)
    present = lapse(tally, rule, now)
    counted = replace(
        present,
        failures=present.failures + 1,
        in_a_row=present.in_a_row + 1,
        since=present.since or now,
        last_at=now,
    )
    return replace(counted, locked_until=_lock_for(counted, rule, now))


def take_back(tally: Tally, rule: Rule, counted_at: datetime) -> Tally:
    """The attempt that was counted then has succeeded. One that is forgotten already is not taken back twice."""
    if tally.since is None or counted_at < tally.since or not tally.failures:
        return tally
    fewer = replace(tally, failures=tally.failures - 1, in_a_row=max(0, tally.in_a_row - 1))
    if fewer.failures < rule.limit and fewer.in_a_row < rule.many:
        fewer = replace(fewer, locked_until=None, is_told=False)
    return fewer if fewer.failures else replace(fewer, since=None)


def lapse(tally: Tally, rule: Rule, now: datetime) -> Tally:
    """What is left of it now: a lock that ended and failures that are old count no more."""
    lock_over = tally.locked_until is not None and tally.locked_until <= now
    forgotten = (
        tally.locked_until is None and tally.last_at is not None and tally.last_at + rule.memory <= now
    )
    if not lock_over and not forgotten:
        return tally
    return Tally(in_a_row=tally.in_a_row, last_at=tally.last_at)


def _lock_for(tally: Tally, rule: Rule, now: datetime) -> datetime | None:
    if tally.in_a_row >= rule.many:
        return now + rule.long_lock
    return now + rule.lock if tally.failures >= rule.limit else None

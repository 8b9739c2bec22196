"""Failures and the locks they make, as pure functions over a clock that the caller brings.

An attempt is counted before it is checked. At an account it counts as failed until it has succeeded, so that guesses
at the same moment cannot outrun the limit. Many people share an address: there, an attempt makes no lock before it has
failed, and only as many are under way as could fail within the limit; others wait for them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Attempts take a fraction of a second; whoever has to wait for others comes back then.
ANSWERED_SOON = timedelta(seconds=5)
NEVER_ANSWERED = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Rule:
    """How much is allowed. `many` failures in a row, locks notwithstanding, make every lock a `long_lock`.

    `is_shared`: by many people, whose attempts do not count as failed while they are under way.
    """

    limit: int
    lock: timedelta
    memory: timedelta
    many: int
    long_lock: timedelta
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """What is remembered of one account, device or address."""

    failures: int = 0
    in_a_row: int = 0
    under_way: int = 0
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


def is_crowded(tally: Tally, rule: Rule, now: datetime) -> bool:
    """Whether all attempts that may still fail are under way: what comes of them is known in a moment."""
    present = lapse(tally, rule, now)
    if not rule.is_shared or lock_end(present, now):
        return False
    return present.failures + present.under_way >= rule.limit


def count(tally: Tally, rule: Rule, now: datetime) -> Tally:
    """One more attempt begins. Raises Full when none may; that changes nothing."""
    present = lapse(tally, rule, now)
    end = lock_end(present, now)
    if is_crowded(tally, rule, now):
        end = now + ANSWERED_SOON
    if end is not None:
        raise Full(end)
    if rule.is_shared:
        return replace(present, under_way=present.under_way + 1, last_at=now)
    return _failed(replace(present, last_at=now), rule, now)


def fail(tally: Tally, rule: Rule, now: datetime) -> Tally:
    """An attempt that was under way has failed. A lock that others made meanwhile does not get longer by it."""
    present = finish(lapse(tally, rule, now))
    failed = _failed(present, rule, now)
    return replace(failed, locked_until=present.locked_until) if lock_end(present, now) else failed


def finish(tally: Tally) -> Tally:
    """An attempt that was under way counts for nothing: it succeeded, or nothing was tried."""
    return replace(tally, under_way=max(0, tally.under_way - 1))


def take_back(tally: Tally, rule: Rule, counted_at: datetime) -> Tally:
    """The attempt that was counted then counts for nothing. One that is forgotten already is not taken back twice."""
    if tally.since is None or counted_at < tally.since or not tally.failures:
        return tally
    fewer = replace(tally, failures=tally.failures - 1, in_a_row=max(0, tally.in_a_row - 1))
    if fewer.failures < rule.limit and fewer.in_a_row < rule.many:
        fewer = replace(fewer, locked_until=None, is_told=False)
    return fewer if fewer.failures else replace(fewer, since=None)


def lapse(tally: Tally, rule: Rule, now: datetime) -> Tally:
    """What is left of it now: a lock that ended and failures that are old count no more.

    Attempts of which nothing was heard for long have failed: their server died, or they were abandoned on purpose.
    """
    if tally.under_way and tally.last_at is not None and tally.last_at + NEVER_ANSWERED <= now:
        tally = _abandoned(tally, rule)
    lock_over = tally.locked_until is not None and tally.locked_until <= now
    forgotten = (
        tally.locked_until is None and tally.last_at is not None and tally.last_at + rule.memory <= now
    )
    if not lock_over and not forgotten:
        return tally
    return Tally(in_a_row=tally.in_a_row, under_way=tally.under_way, last_at=tally.last_at)


def _abandoned(tally: Tally, rule: Rule) -> Tally:
    for _attempt in range(tally.under_way):
        tally = _failed(finish(tally), rule, tally.last_at or datetime.max)
    return tally


def _failed(tally: Tally, rule: Rule, now: datetime) -> Tally:
    counted = replace(
        tally, failures=tally.failures + 1, in_a_row=tally.in_a_row + 1, since=tally.since or now
    )
    return replace(counted, locked_until=_lock_for(counted, rule, now))


def _lock_for(tally: Tally, rule: Rule, now: datetime) -> datetime | None:
    if tally.in_a_row >= rule.many:
        return now + rule.long_lock
    return now + rule.lock if tally.failures >= rule.limit else None

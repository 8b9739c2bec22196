"""The rules of failures and locks, without a database and with a clock of their own."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits_app.failures import Full, Rule, Tally, count, lapse, lock_end, take_back

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = Rule(limit=3, lock=HOUR, memory=HOUR, many=100, long_lock=timedelta(days=1))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def fail(*minutes: float, rule: Rule = RULE) -> Tally:
    tally = Tally()
    for minute in minutes:
        tally = count(tally, rule, at(minute))
    return tally


@pytest.mark.requirement("F23")
def test_the_third_failure_locks_for_an_hour() -> None:
    assert lock_end(fail(0, 1), at(1)) is None
    assert lock_end(fail(0, 1, 2), at(2)) == at(62)
    assert lock_end(fail(0, 1, 2), at(62)) is None


@pytest.mark.requirement("F23", "login:F09")
def test_an_attempt_during_the_lock_changes_nothing() -> None:
    with pytest.raises(Full) as full:
        count(fail(0, 1, 2), RULE, at(61))
    assert full.value.until == at(62)


def test_after_the_lock_counting_starts_anew() -> None:
    tally = count(fail(0, 1, 2), RULE, at(62))
    assert (tally.failures, tally.in_a_row, tally.locked_until) == (1, 4, None)


def test_failures_are_forgotten_an_hour_after_the_last_one() -> None:
    assert count(fail(0, 30), RULE, at(89)).failures == 3
    assert count(fail(0, 30), RULE, at(90)).failures == 1


@pytest.mark.requirement("login:F08")
def test_after_many_failures_in_a_row_each_one_locks_for_a_day() -> None:
    rule = Rule(limit=3, lock=HOUR, memory=HOUR, many=5, long_lock=timedelta(days=1))
    tally = fail(0, 1, 2, 62, 63, rule=rule)
    assert lock_end(tally, at(63)) == at(63) + timedelta(days=1)
    again = count(tally, rule, at(63) + timedelta(days=1))
    assert lock_end(again, at(63) + timedelta(days=1)) == at(63) + timedelta(days=2)


@pytest.mark.requirement("login:F11")
def test_a_success_takes_back_its_own_count_and_no_other() -> None:
    tally = take_back(fail(0, 1, 2), RULE, at(2))
    assert (tally.failures, tally.locked_until) == (2, None)
    assert take_back(Tally(), RULE, at(2)) == Tally()


@pytest.mark.requirement("login:F11")
def test_a_count_that_is_forgotten_is_not_taken_back_from_a_newer_one() -> None:
    newer = count(fail(0), RULE, at(70))
    assert take_back(newer, RULE, at(0)) == newer


gaps = st.lists(st.integers(min_value=0, max_value=5000), max_size=60)
rules = st.builds(
    lambda limit, lock, memory: Rule(
        limit=limit,
        lock=timedelta(seconds=lock),
        memory=timedelta(seconds=memory),
        many=100,
        long_lock=timedelta(days=1),
    ),
    limit=st.integers(1, 6),
    lock=st.integers(1, 4000),
    memory=st.integers(1, 4000),
)


def accepted(gaps: list[int], rule: Rule) -> list[datetime]:
    """When attempts were let through that were made with these gaps (in seconds) and all failed."""
    tally, now, through = Tally(), START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        try:
            tally = count(tally, rule, now)
        except Full:
            continue
        through.append(now)
    return through


@pytest.mark.requirement("F23", "login:F08")
@given(gaps, rules)
def test_no_span_as_long_as_lock_and_memory_sees_more_failures_than_the_limit(
    gaps: list[int], rule: Rule
) -> None:
    through = accepted(gaps, rule)
    span = min(rule.lock, rule.memory)
    for start in through:
        assert sum(start <= moment < start + span for moment in through) <= rule.limit


@pytest.mark.requirement("login:F09")
@given(gaps, rules)
def test_however_often_somebody_fails_the_lock_ends(gaps: list[int], rule: Rule) -> None:
    tally, now, refusals = Tally(), START, list[timedelta]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        try:
            tally = count(tally, rule, now)
        except Full as full:
            refusals.append(full.until - now)
    assert all(timedelta(0) < left <= max(rule.lock, rule.long_lock) for left in refusals)
    later = now + max(rule.lock, rule.memory, rule.long_lock)
    assert count(tally, rule, later).failures == 1


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 6))
def test_taking_back_as_many_as_succeeded_leaves_the_failures(results: list[bool], limit: int) -> None:
    rule = Rule(limit=limit, lock=HOUR, memory=HOUR, many=10_000, long_lock=HOUR)
    tally, failed = Tally(), 0
    for is_right in results:
        try:
            tally = count(tally, rule, START)
        except Full:
            assert failed == limit
            break
        if is_right:
            tally = take_back(tally, rule, START)
        else:
            failed += 1
    assert tally.failures == failed
    assert (lock_end(tally, START) is not None) == (failed >= limit)


def test_nothing_lapses_before_its_time() -> None:
    locked, unlocked = fail(0, 1, 2), fail(0)
    assert lapse(locked, RULE, at(61)) == locked
    assert lapse(unlocked, RULE, at(59)) == unlocked

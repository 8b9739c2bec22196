"""Rolling windows, without a database and with a clock of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits_app import window
from limits_app.window import Entry, Item

PER = 60
attempts = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 5)), max_size=150)


def spent(attempts: list[tuple[int, int]], limit: int) -> list[Entry]:
    """What was let through of attempts given as gap (ms) and amount, with the claim of `wait_for` checked."""
    entries: list[Entry] = []
    through: list[Entry] = []
    now = 0
    for gap, amount in attempts:
        now += gap
        wait = window.wait_for(entries, amount=amount, limit=limit, now_ms=now, per_seconds=PER)
        if wait:
            assert _fits_after(entries, amount, limit, now + wait * 1000)
            continue
        entries = window.add(entries, amount=amount, now_ms=now, per_seconds=PER)
        through.append((now, amount))
        assert len(entries) <= window.MOST_ENTRIES
    return through


def _fits_after(entries: list[Entry], amount: int, limit: int, then: int) -> bool:
    return amount > limit or not window.wait_for(
        entries, amount=amount, limit=limit, now_ms=then, per_seconds=PER
    )


@pytest.mark.requirement("G08")
@given(attempts, st.integers(1, 400))
def test_no_span_as_long_as_the_window_holds_more_than_the_limit(
    attempts: list[tuple[int, int]], limit: int
) -> None:
    through = spent(attempts, limit)
    for start, _amount in through:
        assert sum(amount for at, amount in through if start <= at < start + PER * 1000) <= limit


@given(st.lists(st.integers(0, 5000), min_size=65, max_size=200))
def test_merging_loses_no_amount_and_gives_nothing_back_early(gaps: list[int]) -> None:
    entries: list[Entry] = []
    exact: list[Entry] = []
    now = 0
    for gap in gaps:
        now += gap
        entries = window.add(entries, amount=1, now_ms=now, per_seconds=10_000)
        exact.append((now, 1))
    assert sum(amount for _at, amount in entries) == len(gaps)
    for then in range(0, now + 10_000_000, 500_000):
        merged, real = (window.used(some, now_ms=then, per_seconds=10_000) for some in (entries, exact))
        assert merged >= real


def test_few_uses_are_remembered_to_the_millisecond() -> None:
    entries = window.add([], amount=1, now_ms=1000, per_seconds=PER)
    assert window.used(entries, now_ms=60_999, per_seconds=PER) == 1
    assert window.used(entries, now_ms=61_000, per_seconds=PER) == 0
    assert window.wait_for(entries, amount=1, limit=1, now_ms=31_000, per_seconds=PER) == 30


def test_more_than_the_limit_itself_never_fits() -> None:
    assert window.wait_for([], amount=11, limit=10, now_ms=0, per_seconds=PER) == PER
    assert window.wait_for([], amount=1, limit=0, now_ms=0, per_seconds=PER) == PER


def test_a_clock_that_goes_back_gives_nothing_back() -> None:
    entries = window.add([(50_000, 1)], amount=1, now_ms=10_000, per_seconds=PER)
    assert entries == [(50_000, 1), (50_000, 1)]
    assert window.used(entries, now_ms=10_000, per_seconds=PER) == 2


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from("abcdefgh")), max_size=100), st.integers(1, 5)
)
def test_no_span_holds_more_distinct_items_than_the_limit(
    attempts: list[tuple[int, str]], limit: int
) -> None:
    items: list[Item] = []
    through: list[Item] = []
    now = 0
    for gap, item in attempts:
        now += gap
        wait = window.wait_for_item(items, item=item, limit=limit, now_ms=now, per_seconds=PER)
        if wait:
            then = now + wait * 1000
            assert not window.wait_for_item(items, item=item, limit=limit, now_ms=then, per_seconds=PER)
            continue
        items = window.add_item(items, item=item, now_ms=now, per_seconds=PER)
        through.append((now, item))
    for start, _item in through:
        assert len({item for at, item in through if start <= at < start + PER * 1000}) <= limit


def test_no_items_at_all_may_be_allowed() -> None:
    assert window.wait_for_item([], item="a", limit=0, now_ms=0, per_seconds=PER) == PER

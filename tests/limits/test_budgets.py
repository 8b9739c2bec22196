"""Budgets: all or nothing, in the caller's transaction, counted in the database."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from limits_app.budgets import Exceeded, Limit, spend, spend_distinct, used
from limits_app.models import Spending
from tests.limits.conftest import IP, OTHER_IP, OTHER_PHONE, PHONE

pytestmark = pytest.mark.django_db
TEN_MINUTES, HOUR, DAY = 600, 3600, 86_400


def send(phone: str = PHONE) -> bool:
    try:
        spend([Limit("sms.phone", phone, 3, TEN_MINUTES), Limit("sms.phone", phone, 5, HOUR)])
    except Exceeded:
        return False
    return True


@pytest.mark.requirement("G08")
def test_the_first_limit_that_is_used_up_is_named_and_says_when_to_come_back() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [send(), send(), send()] == [True, True, True]
        clock.shift(60)
        with pytest.raises(Exceeded) as refused:
            spend([Limit("sms.phone", PHONE, 3, TEN_MINUTES)])
    assert (refused.value.limit_name, refused.value.retry_after) == ("sms.phone", 540)
    assert refused.value.status == 429
    assert "sms.phone" not in str(refused.value.message)


@pytest.mark.requirement("G08")
def test_windows_roll_and_each_counts_by_itself() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [send() for _ in range(4)] == [True, True, True, False]
        clock.shift(timedelta(minutes=10))
        assert [send() for _ in range(4)] == [True, True, False, False], "the hour has five"
        clock.shift(timedelta(minutes=50))
        assert [send() for _ in range(4)] == [True, True, True, False]


@pytest.mark.requirement("G08")
def test_what_is_refused_is_spent_nowhere() -> None:
    spend([Limit("b", "all", 1, HOUR)])
    with pytest.raises(Exceeded):
        spend([Limit("a", "all", 10, HOUR), Limit("b", "all", 1, HOUR), Limit("c", "all", 10, HOUR)])
    assert [used(name, "all", HOUR) for name in "abc"] == [0, 1, 0]


@pytest.mark.requirement("G08")
def test_amounts_add_up_to_the_limit_and_no_further() -> None:
    spend([Limit("money", "all", 100, DAY, amount=60)])
    with pytest.raises(Exceeded):
        spend([Limit("money", "all", 100, DAY, amount=41)])
    spend([Limit("money", "all", 100, DAY, amount=40)])
    assert used("money", "all", DAY) == 100


def test_an_amount_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        spend([Limit("money", "all", 100, DAY, amount=-1)])


@pytest.mark.django_db(transaction=True)
def test_what_the_caller_rolls_back_was_not_spent() -> None:
    with transaction.atomic():
        spend([Limit("money", "all", 100, DAY, amount=60)])
        transaction.set_rollback(True)
    assert used("money", "all", DAY) == 0


@pytest.mark.django_db(transaction=True)
def test_a_refusal_leaves_the_callers_transaction_whole() -> None:
    with transaction.atomic():
        spend([Limit("money", "all", 1, DAY)])
        with pytest.raises(Exceeded):
            spend([Limit("money", "all", 1, DAY)])
        spend([Limit("other", "all", 1, DAY)])
    assert (used("money", "all", DAY), used("other", "all", DAY)) == (1, 1)


def test_recording_only_counts_on_and_names_what_would_have_been_refused() -> None:
    limits = [Limit("money", "all", 1, DAY), Limit("calls", "all", 100, DAY)]
    assert spend(limits, is_enforced=False) == ()
    assert spend(limits, is_enforced=False) == ("money",)
    assert (used("money", "all", DAY), used("calls", "all", DAY)) == (2, 2)


def use(item: str, key: str = IP) -> bool:
    try:
        spend_distinct("phones", key, item, 2, HOUR)
    except Exceeded:
        return False
    return True


@pytest.mark.requirement("G08")
def test_distinct_items_are_counted_and_known_ones_are_welcome() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [use("a"), use("b"), use("a"), use("c")] == [True, True, True, False]
        assert use("c", OTHER_IP)
        assert used("phones", IP, HOUR) == 2
        clock.shift(HOUR)
        assert [use("c"), use("d"), use("a")] == [True, True, False]


def test_recording_only_counts_distinct_items_on() -> None:
    results = [spend_distinct("phones", IP, item, 2, HOUR, is_enforced=False) for item in "abca"]
    assert results == [True, True, False, False]
    assert used("phones", IP, HOUR) == 3


def test_keys_and_names_are_counted_apart() -> None:
    for _ in range(3):
        send()
    assert send(OTHER_PHONE)
    spend([Limit("calls", PHONE, 1, TEN_MINUTES)])
    assert used("sms.phone", OTHER_PHONE, TEN_MINUTES) == 1
    assert used("never", PHONE, TEN_MINUTES) == 0


@pytest.mark.requirement("R01", "G08")
def test_an_emptied_cache_reopens_nothing() -> None:
    for _ in range(3):
        send()
    cache.clear()
    assert not send()


@pytest.mark.requirement("L03")
def test_no_number_is_stored() -> None:
    send()
    use(PHONE)
    stored = str(list(Spending.objects.values()))
    assert "99112233" not in stored
    assert "+976••••••33" in stored
    assert IP in stored, "operators need addresses"


@pytest.mark.requirement("G08")
def test_a_large_budget_is_kept_to_exactly_however_many_spend_it() -> None:
    spent = 0
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(300):
            clock.shift(1)
            try:
                spend([Limit("money", "all", 1000, HOUR, amount=7)])
            except Exceeded:
                break
            spent += 7
    assert spent == 994
    assert used("money", "all", HOUR) in {0, 994}
    assert len(Spending.objects.get().entries) <= 64

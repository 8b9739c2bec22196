"""Everybody at once: with real threads, each on a connection of its own."""

from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import RequestFactory
from pytest_django import Settings

from limits_app.budgets import Exceeded, Limit, spend, spend_distinct, used
from limits_app.locks import Locked, reserve_attempt, seconds_locked
from limits_app.models import FailureCount, Spending
from tests.limits import backends
from tests.limits.conftest import DEVICE, IP, OTHER_PHONE, PHONE, may_try
from tests.messaging.threads import at_once, in_thread

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]


def failures(kind: str) -> int:
    return in_thread(lambda: FailureCount.objects.get(kind=kind).failures)


@pytest.mark.requirement("login:F08", "F23")
@pytest.mark.parametrize("callers", [20, 50])
def test_of_many_attempts_at_once_three_are_let_through(callers: int) -> None:
    assert at_once([may_try] * callers).count(True) == 3
    assert (failures("account"), failures("ip")) == (3, 3)


@pytest.mark.requirement("login:F08", "login:F10")
@pytest.mark.parametrize("callers", [20, 50])
def test_an_account_is_guessed_at_three_times_from_however_many_addresses(callers: int) -> None:
    tries = [partial(may_try, PHONE, f"203.0.113.{number}") for number in range(callers)]
    assert at_once(tries).count(True) == 3


@pytest.mark.requirement("login:F08")
@pytest.mark.parametrize("callers", [20, 50])
def test_an_address_guesses_three_times_at_however_many_accounts(callers: int) -> None:
    tries = [partial(may_try, f"+976991100{number:02}", IP) for number in range(callers)]
    assert at_once(tries).count(True) == 3
    assert in_thread(lambda: FailureCount.objects.filter(kind="account", failures__gt=0).count()) == 3


@pytest.mark.requirement("login:F11")
def test_an_office_that_signs_in_at_the_same_moment_locks_nobody(settings: Settings) -> None:
    """More of them than may fail: the later ones wait for the earlier ones, which is not noticed."""
    settings.IP_WAIT_SECONDS = 10

    def sign_in(number: int) -> bool:
        reserve_attempt(account=f"+976991100{number:02}", ip=IP).succeeded()
        return True

    in_thread(partial(may_try, OTHER_PHONE, IP))
    assert at_once([partial(sign_in, number) for number in range(12)]) == [True] * 12
    assert (failures("ip"), in_thread(partial(seconds_locked, account=PHONE, ip=IP))) == (1, 0)


@pytest.mark.requirement("login:F08")
@pytest.mark.parametrize("callers", [20, 50])
def test_authenticate_looks_at_three_passwords_of_many_at_once(
    settings: Settings, rf: RequestFactory, callers: int
) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        "axes.backends.AxesStandaloneBackend",
        "tests.limits.backends.OnePassword",
    ]
    backends.looked_at.clear()

    def guess(number: int) -> object:
        request = rf.post("/", REMOTE_ADDR=f"203.0.113.{number}")
        return authenticate(request, username=PHONE, password=f"guess {number}")

    assert set(at_once([partial(guess, number) for number in range(callers)])) == {None}
    assert backends.looked_at == [PHONE] * 3


@pytest.mark.requirement("login:F11")
def test_successes_at_once_leave_nothing_behind(settings: Settings) -> None:
    settings.FAILURE_LIMIT = 100

    def succeed(number: int) -> None:
        reserve_attempt(account=f"+976991100{number:02}", ip=IP).succeeded()

    in_thread(partial(may_try, OTHER_PHONE, IP))
    at_once([partial(succeed, number) for number in range(20)])
    assert failures("ip") == 1


@pytest.mark.requirement("login:F09")
def test_a_known_device_gets_in_during_a_flood() -> None:
    def come_in() -> bool:
        reserve_attempt(account=PHONE, ip=IP, device=DEVICE).succeeded()
        return True

    results = at_once([may_try] * 10 + [come_in] + [may_try] * 10)
    assert results[10] is True
    assert results.count(True) == 4


def was_spent(work: Callable[[], object]) -> bool:
    try:
        work()
    except Exceeded:
        return False
    return True


@pytest.mark.requirement("G08")
@pytest.mark.parametrize("callers", [20, 50])
def test_of_many_at_once_no_more_is_spent_than_the_budget_has(callers: int) -> None:
    def pay() -> bool:
        limits = [Limit("money", "all", 25, 3600, amount=3), Limit("calls", "all", 1000, 3600)]
        return was_spent(partial(spend, limits))

    assert at_once([pay] * callers).count(True) == 8
    assert in_thread(partial(used, "money", "all", 3600)) == 24
    assert in_thread(partial(used, "calls", "all", 3600)) == 8, "all or nothing"


@pytest.mark.requirement("G08")
@pytest.mark.parametrize("callers", [20, 50])
def test_many_budgets_in_one_transaction_do_not_stand_in_each_others_way(callers: int) -> None:
    """As sending does it: rows of one's own and everybody's, none of them there before."""

    def send(number: int) -> bool:
        phone, address = f"+976991100{number:02}", f"203.0.113.{number % 7}"
        with transaction.atomic():
            spend(
                [Limit("phone", phone, 3, 600), Limit("phone", phone, 5, 3600), Limit("ip", address, 30, 600)]
            )
            spend_distinct("phones", address, phone, 30, 3600)
            spend_distinct("block", phone[:-3], phone, 100, 3600)
            spend([Limit("money.day", "all", 60, 86_400, 3), Limit("money.hour", "all", 60, 3600, 3)])
        return True

    results = at_once([partial(was_spent, partial(send, number)) for number in range(callers)])
    assert results.count(True) == 20
    assert in_thread(partial(used, "money.day", "all", 86_400)) == 60


@pytest.mark.requirement("G08")
@pytest.mark.parametrize("callers", [20, 50])
def test_of_many_items_at_once_no_more_are_distinct_than_allowed(callers: int) -> None:
    def use(number: int) -> bool:
        return was_spent(partial(spend_distinct, "phones", IP, f"+976991100{number:02}", 5, 3600))

    assert at_once([partial(use, number) for number in range(callers)]).count(True) == 5
    assert in_thread(Spending.objects.count) == 1


def test_a_lock_is_seen_by_everybody_at_once() -> None:
    at_once([may_try] * 5)
    assert at_once([partial(seconds_locked, account=PHONE, ip=IP)] * 5) == [3600] * 5
    with pytest.raises(Locked):
        in_thread(partial(reserve_attempt, account=PHONE, ip=IP))

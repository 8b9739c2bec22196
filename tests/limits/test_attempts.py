"""Attempts are counted before they are checked, in the database, and taken back when they succeed."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from core_app.cleanup import remove
from core_app.events import Event
from limits_app.cleanup import old_rows
from limits_app.locks import Attempt, Locked, hand_over, reserve_attempt, seconds_locked
from limits_app.models import FailureCount
from tests.limits.conftest import DEVICE, IP, OTHER_IP, OTHER_PHONE, PHONE, RIGHT, may_try, told

pytestmark = pytest.mark.django_db


def attempt(phone: str = PHONE, ip: str = IP, *, device: str = "") -> Attempt:
    return reserve_attempt(account=phone, ip=ip, device=device)


@pytest.mark.requirement("F23", "G16")
def test_three_attempts_are_let_through_and_the_fourth_is_told_when_to_come_back() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [may_try() for _ in range(3)] == [True, True, True]
        clock.shift(600)
        with pytest.raises(Locked) as locked:
            attempt()
    assert (locked.value.status, locked.value.code) == (429, "too_many_attempts")
    assert locked.value.retry_after == 3000


@pytest.mark.requirement("F23", "login:F09")
def test_attempts_during_the_lock_are_not_counted() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [may_try() for _ in range(10)].count(True) == 3
        clock.shift(timedelta(minutes=59, seconds=59))
        assert not may_try()
        clock.shift(1)
        assert [may_try() for _ in range(10)].count(True) == 3


@pytest.mark.requirement("F23")
def test_one_place_that_is_full_leaves_the_other_uncounted() -> None:
    for number in range(3):
        may_try(f"+9769944556{number}")
    assert not may_try(PHONE, IP)
    assert [may_try(PHONE, f"203.0.113.{number}") for number in range(4)] == [True, True, True, False]


@pytest.mark.requirement("login:F11")
def test_success_takes_its_own_count_back_from_the_address_and_forgets_the_account() -> None:
    may_try(OTHER_PHONE)
    may_try(PHONE, OTHER_IP)
    attempt(PHONE).succeeded()
    counts = {
        row.kind: row.failures for row in FailureCount.objects.exclude(label__in=[OTHER_IP, "+976••••••66"])
    }
    assert counts == {"account": 0, "ip": 1}


@pytest.mark.requirement("login:F11")
def test_a_success_is_taken_back_once() -> None:
    may_try(OTHER_PHONE)
    one = attempt()
    one.succeeded()
    one.succeeded()
    one.failed()
    assert FailureCount.objects.get(kind="ip").failures == 1


@pytest.mark.requirement("login:F09")
def test_a_known_device_gets_in_while_strangers_and_its_address_are_locked() -> None:
    while may_try(ip=IP):
        pass
    assert not may_try(ip=OTHER_IP)
    attempt(ip=IP, device=DEVICE).succeeded()
    assert not may_try(ip=OTHER_IP), "its success lets no stranger in"


@pytest.mark.requirement("login:F09", "login:F08")
def test_a_known_device_is_locked_by_its_own_failures_and_locks_nobody_else() -> None:
    assert [may_try(device=DEVICE) for _ in range(4)] == [True, True, True, False]
    assert not may_try(device=DEVICE, ip=OTHER_IP)
    assert may_try(device="another of the owner's")
    assert may_try()
    assert may_try(OTHER_PHONE, device=DEVICE)


@pytest.mark.requirement("login:F08")
def test_a_success_on_a_known_device_ends_the_row_of_failures(settings: Settings) -> None:
    settings.MANY_FAILURES = 4
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(3):
            may_try(ip=f"203.0.113.{number}")
        attempt(device=DEVICE).succeeded()
        clock.shift(3600)
        assert may_try()
        assert seconds_locked(account=PHONE, ip=IP) == 0


@pytest.mark.requirement("login:F08")
def test_many_failures_in_a_row_make_the_lock_long(settings: Settings) -> None:
    settings.MANY_FAILURES = 4
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(3):
            may_try(ip=f"203.0.113.{number}")
        clock.shift(3600)
        assert may_try()
        assert seconds_locked(account=PHONE, ip=IP) == 86_400
        assert seconds_locked(account=OTHER_PHONE, ip=IP) == 0


@pytest.mark.requirement("F23")
@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("FAILURE_LIMIT", {"ip": ""}),
        ("IP_FAILURE_LIMIT", {"phone": ""}),
        ("DEVICE_FAILURE_LIMIT", {"device": DEVICE}),
    ],
)
def test_every_limit_has_a_setting_of_its_own(settings: Settings, name: str, who: dict[str, str]) -> None:
    settings.FAILURE_LIMIT = 7
    setattr(settings, name, 5)
    assert [may_try(**who) for _ in range(8)].count(True) == 5


@pytest.mark.parametrize(("name", "phone", "ip"), [("LOCK_SECONDS", PHONE, ""), ("IP_LOCK_SECONDS", "", IP)])
def test_every_lock_has_a_length_of_its_own(settings: Settings, name: str, phone: str, ip: str) -> None:
    setattr(settings, name, 100)
    with time_machine.travel(timezone.now(), tick=False):
        while may_try(phone, ip):
            pass
        assert seconds_locked(account=phone, ip=ip) == 100


def test_failures_are_remembered_as_long_as_the_setting_says(settings: Settings) -> None:
    settings.FAILURE_MEMORY_SECONDS = 100
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [may_try(), may_try()] == [True, True]
        clock.shift(100)
        assert [may_try(), may_try(), may_try(), may_try()] == [True, True, True, False]


@pytest.mark.requirement("G10")
def test_addresses_of_one_network_and_spellings_of_one_number_are_one() -> None:
    assert may_try("+976 9911-2233", "2001:db8:1:2::1")
    assert may_try("0097699112233", "2001:db8:1:2::2")
    assert may_try(PHONE, "2001:db8:1:2::/64")
    assert not may_try(PHONE, OTHER_IP)
    assert not may_try(OTHER_PHONE, "2001:db8:1:2:ffff::9")


def test_an_address_that_cannot_be_told_locks_nobody_else() -> None:
    while may_try(ip=""):
        pass
    assert may_try(OTHER_PHONE, ip="")
    with pytest.raises(ValueError, match="account or an address"):
        reserve_attempt(account="", ip="")


@pytest.mark.requirement("R01", "login:F08")
def test_an_emptied_cache_reopens_nothing() -> None:
    while may_try():
        pass
    cache.clear()
    assert not may_try()


@pytest.mark.requirement("login:F08")
@pytest.mark.django_db(transaction=True)
def test_a_count_cannot_be_rolled_back() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        attempt()


@pytest.mark.requirement("L03", "L01")
def test_a_lock_is_recorded_once_and_masked(events: list[Event]) -> None:
    for number in range(3):
        attempt(ip=f"203.0.113.{number}").failed()
    assert told(events) == [("account.locked", "+976••••••33", "account")]
    assert not may_try(ip=OTHER_IP)
    assert len(events) == 1
    assert PHONE not in str(events)


@pytest.mark.requirement("L01")
def test_a_lock_that_nobody_told_of_is_recorded_when_it_first_refuses(events: list[Event]) -> None:
    for number in range(3):
        attempt(ip=f"203.0.113.{number}")
    assert events == []
    assert [may_try(), may_try()] == [False, False]
    assert told(events) == [("account.locked", "+976••••••33", "account")]


@pytest.mark.requirement("L01")
def test_a_third_attempt_that_succeeds_makes_no_lock(events: list[Event]) -> None:
    may_try()
    may_try()
    attempt().succeeded()
    assert events == []
    assert seconds_locked(account=PHONE, ip=IP) == 0


@pytest.mark.requirement("L03")
def test_no_number_is_stored() -> None:
    attempt()
    attempt(device=DEVICE)
    stored = str(list(FailureCount.objects.values()))
    for secret in (PHONE, "99112233", DEVICE):
        assert secret not in stored
    assert "+976••••••33" in stored


def test_a_flood_from_a_locked_address_leaves_no_row_for_every_number() -> None:
    for number in range(10):
        may_try(f"+9769944556{number}")
    assert FailureCount.objects.filter(kind="account").count() == 3


def test_a_success_leaves_nothing_of_the_account() -> None:
    attempt().succeeded()
    attempt(device=DEVICE).succeeded()
    remove(old_rows(timezone.now()), seconds=60)
    assert [row.kind for row in FailureCount.objects.all()] == ["ip"]


def test_asking_counts_nothing() -> None:
    for _ in range(5):
        assert seconds_locked(account=PHONE, ip=IP) == 0
    assert not FailureCount.objects.exists()


class TestHandedOver:
    """`authenticate` goes on under an attempt that was counted already."""

    @pytest.fixture(autouse=True)
    def backends(self, settings: Settings) -> None:
        settings.AUTHENTICATION_BACKENDS = [
            "axes.backends.AxesStandaloneBackend",
            "tests.limits.backends.OnePassword",
        ]

    def test_it_is_counted_once(self, rf: RequestFactory) -> None:
        for _ in range(2):
            request = rf.post("/", REMOTE_ADDR=IP)
            hand_over(request, attempt())
            assert authenticate(request, username=PHONE, password="wrong") is None
        assert FailureCount.objects.get(kind="account").failures == 2

    @pytest.mark.requirement("login:F09")
    def test_a_known_device_comes_past_the_lock(self, rf: RequestFactory) -> None:
        while may_try():
            pass
        request = rf.post("/", REMOTE_ADDR=IP)
        hand_over(request, attempt(device=DEVICE))
        assert authenticate(request, username=PHONE, password=RIGHT) is not None

    @pytest.mark.requirement("login:F08")
    def test_it_holds_for_one_check_of_its_own_account(self, rf: RequestFactory) -> None:
        request = rf.post("/", REMOTE_ADDR=IP)
        hand_over(request, attempt())
        authenticate(request, username=OTHER_PHONE, password="wrong")
        at_address = FailureCount.objects.get(kind="ip")
        assert (at_address.failures, at_address.under_way) == (1, 1)
        authenticate(request, username=PHONE, password="wrong")
        authenticate(request, username=PHONE, password="wrong")
        assert FailureCount.objects.get(kind="ip").failures == 3

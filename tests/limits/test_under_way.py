"""Attempts that are not over yet, attempts that were none, and second factors: what counts where."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from core_app.events import Event
from limits_app.checks import check_settings
from limits_app.locks import Attempt, Crowded, Locked, hand_over, reserve_attempt, seconds_locked
from limits_app.models import FailureCount
from tests.limits.conftest import DEVICE, IP, OTHER_IP, PHONE, may_try, told

pytestmark = pytest.mark.django_db


def attempts(count: int) -> list[Attempt]:
    """So many people at one address, each with a number of their own."""
    return [reserve_attempt(account=f"+976991100{number:02}", ip=IP) for number in range(count)]


def at_address() -> tuple[int, int]:
    row = FailureCount.objects.get(kind="ip")
    return row.failures, row.under_way


@pytest.mark.requirement("login:F11")
def test_people_who_sign_in_at_once_from_one_address_do_not_lock_it() -> None:
    for attempt in attempts(3):
        attempt.succeeded()
    assert at_address() == (0, 0)
    assert seconds_locked(account=PHONE, ip=IP) == 0


@pytest.mark.requirement("F23")
def test_when_those_under_way_could_fill_the_limit_others_wait_and_are_not_counted(
    events: list[Event], settings: Settings
) -> None:
    settings.IP_WAIT_SECONDS = 0
    first, *_others = attempts(3)
    with pytest.raises(Crowded) as crowded:
        reserve_attempt(account=PHONE, ip=IP)
    assert (crowded.value.status, crowded.value.code) == (429, "too_many_attempts")
    assert crowded.value.retry_after == 5
    assert not FailureCount.objects.filter(kind="account", label="+976••••••33").exists()
    first.succeeded()
    reserve_attempt(account=PHONE, ip=IP).succeeded()
    assert events == []


@pytest.mark.requirement("F23")
def test_three_that_fail_lock_the_address_for_those_that_come_after(events: list[Event]) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for attempt in attempts(3):
            attempt.failed()
        assert at_address() == (3, 0)
        assert seconds_locked(account=PHONE, ip=IP) == 3600
    assert told(events) == [("address.locked", IP, "ip")]


@pytest.mark.requirement("login:F08")
def test_attempts_that_nobody_ended_have_failed_after_a_minute() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        attempts(3)
        clock.shift(timedelta(seconds=59))
        assert seconds_locked(account=PHONE, ip=IP) == 0
        clock.shift(timedelta(seconds=1))
        with pytest.raises(Locked) as locked:
            reserve_attempt(account=PHONE, ip=IP)
    assert not isinstance(locked.value, Crowded)


@pytest.mark.requirement("login:F11")
def test_an_attempt_that_was_none_counts_nowhere_and_forgives_nothing() -> None:
    may_try()
    attempt = reserve_attempt(account=PHONE, ip=IP)
    attempt.withdraw()
    attempt.failed()
    assert at_address() == (1, 0)
    assert FailureCount.objects.get(kind="account").failures == 1


@pytest.mark.requirement("login:F09")
def test_a_known_device_that_fails_once_is_not_told_of_the_accounts_lock(
    rf: RequestFactory, settings: Settings
) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        "axes.backends.AxesStandaloneBackend",
        "tests.limits.backends.OnePassword",
    ]
    while may_try(ip=OTHER_IP):
        pass
    locked_out = []
    for _try in range(3):
        request = rf.post("/", REMOTE_ADDR=IP)
        hand_over(request, reserve_attempt(account=PHONE, ip=IP, device=DEVICE))
        assert authenticate(request, username=PHONE, password="wrong") is None
        locked_out.append(getattr(request, "axes_locked_out", False))
    assert locked_out == [False, False, True]


@pytest.mark.requirement("H09")
class TestSecondFactors:
    def fail(self, times: int = 3, ip: str = OTHER_IP) -> None:
        for number in range(times):
            reserve_attempt(account=PHONE, ip=f"203.0.113.{number}", is_second_factor=True).failed()

    def test_their_failures_lock_them_and_not_the_first_factor(self, events: list[Event]) -> None:
        self.fail()
        with pytest.raises(Locked):
            reserve_attempt(account=PHONE, ip=IP, is_second_factor=True)
        assert told(events) == [("account.locked", "+976••••••33", "second_factor")]
        assert seconds_locked(account=PHONE, ip=IP, is_second_factor=True) > 3500
        assert seconds_locked(account=PHONE, ip=IP) == 0
        reserve_attempt(account=PHONE, ip=IP).succeeded()
        assert seconds_locked(account=PHONE, ip=IP, is_second_factor=True) > 3500

    def test_failures_of_the_first_factor_leave_them_alone(self) -> None:
        while may_try():
            pass
        reserve_attempt(account=PHONE, ip=OTHER_IP, is_second_factor=True).succeeded()
        assert seconds_locked(account=PHONE, ip=OTHER_IP) > 0

    def test_their_success_forgets_their_failures_only(self) -> None:
        self.fail(2)
        may_try()
        reserve_attempt(account=PHONE, ip=IP, is_second_factor=True).succeeded()
        kept = {row.kind: row.failures for row in FailureCount.objects.exclude(kind="ip")}
        assert kept == {"second_factor": 0, "account": 1}

    def test_they_count_at_the_address_as_everything_does(self) -> None:
        for number in range(3):
            reserve_attempt(account=f"+9769911220{number}", ip=IP, is_second_factor=True).failed()
        assert not may_try()

    @pytest.mark.requirement("F61")
    def test_lifting_the_accounts_lock_lifts_theirs_too(self) -> None:
        self.fail()
        call_command("axes_reset_username", PHONE)
        assert seconds_locked(account=PHONE, ip=IP, is_second_factor=True) == 0


@pytest.mark.parametrize("figure", [-1, 11])
def test_a_wait_that_makes_no_sense_stops_the_start(settings: Settings, figure: int) -> None:
    settings.IP_WAIT_SECONDS = figure
    assert [error.id for error in check_settings(None)] == ["limits_app.E001"]

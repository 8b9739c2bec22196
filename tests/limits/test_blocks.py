"""Blocks: by rule or by hand, until a time or until they are taken away."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from core_app.events import Event
from core_app.keyring import new_master_key
from limits_app.blocks import block, is_blocked, unblock
from limits_app.models import Block
from tests.limits.conftest import IP, OTHER_PHONE, PHONE, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "key", "same", "other"),
    [
        ("phone", PHONE, "+976 9911-2233", OTHER_PHONE),
        ("ip", "2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"),
        ("ip", IP, IP, "198.51.100.2"),
        ("number_block", "+97699112", "+97699112", "+97699113"),
        ("country", "mn", "MN", "IE"),
    ],
)
def test_every_spelling_is_blocked_and_nothing_else(kind: str, key: str, same: str, other: str) -> None:
    assert not is_blocked(kind, key)
    block(kind=kind, key=key)
    assert is_blocked(kind, same)
    assert not is_blocked(kind, other)


def test_a_kind_of_one_is_not_a_block_of_another() -> None:
    block(kind="phone", key=PHONE)
    assert not is_blocked("number_block", PHONE)


def test_a_block_ends_at_its_time() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        block(kind="phone", key=PHONE, until=timezone.now() + timedelta(hours=1))
        clock.shift(3599)
        assert is_blocked("phone", PHONE)
        clock.shift(1)
        assert not is_blocked("phone", PHONE)


def test_blocking_again_changes_the_end() -> None:
    block(kind="phone", key=PHONE, until=timezone.now() - timedelta(seconds=1))
    block(kind="phone", key=PHONE, reason="asked for it")
    assert is_blocked("phone", PHONE)
    assert Block.objects.get().reason == "asked for it"


@pytest.mark.requirement("L01", "L03")
def test_both_are_recorded_and_masked(events: list[Event]) -> None:
    block(kind="phone", key=PHONE, reason="pumping")
    assert unblock(kind="phone", key=PHONE)
    assert not unblock(kind="phone", key=PHONE)
    assert told(events) == [
        ("limit.blocked", "+976••••••33", "phone pumping"),
        ("limit.unblocked", "+976••••••33", "phone"),
    ]
    assert not is_blocked("phone", PHONE)


def test_a_block_outlives_a_change_of_master_keys(settings: Settings) -> None:
    from_before = settings.MASTER_KEYS if hasattr(settings, "MASTER_KEYS") else []
    old = new_master_key()
    settings.MASTER_KEYS = [old]
    block(kind="phone", key=PHONE)
    settings.MASTER_KEYS = [new_master_key(), old]
    assert is_blocked("phone", PHONE)
    assert unblock(kind="phone", key=PHONE)
    settings.MASTER_KEYS = from_before or [old]


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        block(kind="ip", key="somewhere")

"""Eight callers at one moment: one takes each step, and there is always exactly one active key."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from jwt_app import keys
from jwt_app.models import SigningKey
from jwt_app.rotation import Step, revoke, rotate
from obligations_app.models import OAuthTokenLog

CALLERS = 8

pytestmark = [
    pytest.mark.requirement("R16"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="the in-memory database is one connection"),
]


def at_once(*works: Callable[[], list[Step]]) -> list[Step]:
    """What all of them did; an exception in one fails the test."""
    barrier, steps, failures = threading.Barrier(len(works)), list[Step](), list[BaseException]()

    def run(work: Callable[[], list[Step]]) -> None:
        try:
            barrier.wait(60)
            steps.extend(work())
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return steps


def counts(steps: list[Step]) -> dict[str, int]:
    names = [step.name for step in steps]
    return {name: names.count(name) for name in sorted(set(names))}


def check_record(steps: list[Step]) -> None:
    """As many events as steps, and one active and one next key."""
    for name in ("published", "retired", "revoked"):
        assert OAuthTokenLog.objects.filter(event=f"key.{name}").count() == counts(steps).get(name, 0)
    assert SigningKey.objects.filter(state="active", active_slot="ES256").count() == 1
    assert SigningKey.objects.filter(state="next", next_slot="ES256").count() == 1


@pytest.fixture
def first() -> str:
    return keys.ensure_active_key(algorithm="ES256").kid


def let_two_days_pass() -> None:
    SigningKey.objects.filter(state="next").update(created_at=timezone.now() - timedelta(days=2))


def test_one_next_key_is_published(first: str) -> None:
    steps = at_once(*[rotate] * CALLERS)
    assert counts(steps) == {"published": 1}
    check_record(steps)


def test_one_rotation_happens(first: str) -> None:
    steps = rotate()
    let_two_days_pass()
    steps += at_once(*[lambda: rotate(at_once=True)] * CALLERS)
    assert counts(steps) == {"activated": 1, "published": 2, "retired": 1}
    check_record(steps)


def test_a_key_is_revoked_once_while_others_rotate(first: str) -> None:
    steps = rotate()
    let_two_days_pass()
    works: list[Any] = [lambda: revoke(kid=first), lambda: rotate(at_once=True)] * (CALLERS // 2)
    steps += at_once(*works)
    assert counts(steps)["revoked"] == 1
    check_record(steps)
    assert keys.verification_key(first) is None
    assert keys.active_key("ES256").kid != first

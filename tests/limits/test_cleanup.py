"""What is over is forgotten, and nothing else."""

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils import timezone

from core_app.cleanup import remove
from limits_app.budgets import Limit, spend
from limits_app.cleanup import old_rows
from limits_app.models import Block, FailureCount, Spending
from tests.limits.conftest import DEVICE, OTHER_IP, OTHER_PHONE, may_try

pytestmark = pytest.mark.django_db


def forget(now: datetime) -> int:
    return sum(remove(old_rows(now), seconds=60).values())


def test_what_is_over_is_forgotten_and_the_rest_stays() -> None:
    now = timezone.now()
    while may_try():
        pass
    may_try(OTHER_PHONE, OTHER_IP, device=DEVICE)
    spend([Limit("hour", "all", 1, 3600), Limit("day", "all", 1, 86_400)])
    Block.objects.create(kind="phone", key_hash="a", until=now + timedelta(hours=1))
    Block.objects.create(kind="phone", key_hash="b")
    assert forget(now) == 0
    forget(now + timedelta(hours=1, minutes=5))
    rows = {row.kind for row in FailureCount.objects.all()}
    assert rows == {"account", "device"}, "rows of failures stay longer"
    assert [row.name for row in Spending.objects.all()] == ["day"]
    assert [row.key_hash for row in Block.objects.all()] == ["b"]
    assert forget(now + timedelta(days=31)) == 3
    assert not FailureCount.objects.exists()


def test_old_entries_of_the_log_go() -> None:
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        for days in (91, 1):
            facts = {"username": "+976•", "ip_address": OTHER_IP, "user_agent": f"{days}"}
            if log is AccessAttempt:
                facts["failures_since_start"] = "1"
            entry = log.objects.create(**facts)
            log.objects.filter(pk=entry.pk).update(attempt_time=timezone.now() - timedelta(days=days))
    assert forget(timezone.now()) == 3
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        assert [entry.user_agent for entry in log.objects.all()] == ["1"]

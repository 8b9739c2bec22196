"""Refusals that anybody can ask for do not fill the record, and none of them goes uncounted."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from core_app.caller import Caller
from core_app.events import CATALOGUE, REFUSED
from custom_scopes_and_policies_app.models import Application
from obligations_app.cleanup import old_rows
from obligations_app.folding import write_counts
from obligations_app.models import OAuthTokenLog, RefusalCount
from obligations_app.tasks import run_count_refusals
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.oauth import refresh

__all__ = ["shared_database"]

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F60", "L01", "L07")]
MOMENT = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
APART = 10


def refuse(
    count: int = 1, *, client_id: str = "shop-1", ip: str = "203.0.113.7", reason: str = "rule"
) -> None:
    for _ in range(count):
        CATALOGUE["token.refused"].emit(
            client_id=client_id, outcome=REFUSED, reason=reason, caller=Caller(ip=ip)
        )


def rows() -> list[tuple[str, str, int]]:
    return list(OAuthTokenLog.objects.order_by("id").values_list("client_id", "reason", "count"))


def test_a_flood_at_the_token_endpoint_is_few_rows_and_a_count(client: Client, server: None) -> None:
    with time_machine.travel(MOMENT, tick=False) as clock:
        for number in range(25):
            answer = refresh(client, "x", client_id=f"nobody-{number}")
            assert answer.status_code == 401
        assert OAuthTokenLog.objects.filter(event="token.refused").count() == APART
        clock.shift(61)
        assert run_count_refusals() == 1
    counted = OAuthTokenLog.objects.get(count__gt=1)
    assert (counted.count, counted.event, counted.outcome) == (15, "token.refused", REFUSED)
    assert (counted.ip, counted.client_id, counted.user_id) == ("127.0.0.1", "", None)
    assert not RefusalCount.objects.exists()


def test_the_next_refusal_of_the_kind_writes_the_count_of_the_minute_before(shop: Application) -> None:
    with time_machine.travel(MOMENT, tick=False) as clock:
        refuse(13)
        clock.shift(61)
        refuse(2)
    assert rows() == [("shop-1", "rule", 1)] * 10 + [("shop-1", "rule", 3)] + [("shop-1", "rule", 1)] * 2
    assert RefusalCount.objects.get().seen == 2


def test_other_apps_rules_and_networks_are_counted_apart(shop: Application) -> None:
    refuse(12)
    refuse(1, reason="another")
    refuse(1, ip="203.0.113.8")
    refuse(1, client_id="made-up-1")
    assert OAuthTokenLog.objects.count() == APART + 3
    for number in range(12):
        refuse(1, ip=f"2001:db8::{number + 1:x}")
    assert OAuthTokenLog.objects.count() == APART + 3 + APART


def test_what_changes_something_is_never_folded(person: User) -> None:
    for name in ("refresh.reused", "code.replayed", "otp.failed", "login.failed", "account.locked"):
        for _ in range(15):
            CATALOGUE[name].emit(outcome=REFUSED, reason="x", caller=Caller(ip="203.0.113.7"))
    assert OAuthTokenLog.objects.count() == 75


def test_a_count_that_nothing_came_on_top_of_leaves_no_row(shop: Application) -> None:
    refuse(3)
    later = timezone.now() + timedelta(minutes=2)
    assert write_counts(timezone.now()) == 0
    assert write_counts(later) == 1
    assert OAuthTokenLog.objects.count() == 3
    assert "record.refusal_counts" in {kind.name for kind in old_rows(later)}


def test_a_refusal_that_is_rolled_back_is_not_counted(shop: Application) -> None:
    with transaction.atomic():
        refuse(12)
        transaction.set_rollback(True)
    assert not OAuthTokenLog.objects.exists()
    assert not RefusalCount.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_none_is_lost_or_counted_twice_at_the_same_moment(shop: Application, shared_database: None) -> None:
    at_once([lambda: refuse(5) for _thread in range(8)])
    later = timezone.now() + timedelta(minutes=2)
    at_once([lambda: write_counts(later) for _thread in range(4)])

    def counted() -> tuple[int, int]:
        return (
            OAuthTokenLog.objects.filter(count=1).count(),
            OAuthTokenLog.objects.aggregate(all=Sum("count"))["all"],
        )

    apart, together = in_thread(counted)
    assert (apart, together) == (APART, 40)

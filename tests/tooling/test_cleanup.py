"""One clean-up for all rooms: in small steps, for a limited time, and only what nobody needs."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.models import PhoneChange, User
from accounts_app.services import create_person
from auth_server_django.celery import app as celery
from auth_server_django.tasks import run_cleanup
from core_app import cleanup
from core_app.cleanup import OldRows, backlog, everything_old, is_red, remove
from limits_app.models import Spending
from messaging_app.models import OutboundMessage
from otp_app.models import OtpChallenge

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F61")]

NOW = timezone.now()
Status = OutboundMessage.Status


def windows(count: int) -> None:
    Spending.objects.bulk_create(
        Spending(key_hash=f"{number:064}", name="n", per_seconds=1, forget_at=NOW) for number in range(count)
    )


def ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def message(status: str, days: float) -> OutboundMessage:
    return OutboundMessage.objects.create(
        channel="sms", status=status, created_at=ago(days), idempotency_key=f"{status} {days}"
    )


def test_it_says_what_it_removed(capsys: pytest.CaptureFixture[str]) -> None:
    windows(3)
    call_command("cleanup")
    lines = capsys.readouterr().out.splitlines()
    assert "       3 limits.budgets" in lines
    assert "       0 messages" in lines
    assert not Spending.objects.exists()


def test_the_worker_does_it_every_hour() -> None:
    windows(1)
    assert run_cleanup()["limits.budgets"] == 1
    entry = celery.conf.beat_schedule["cleanup"]
    assert (entry["task"], entry["schedule"]) == (run_cleanup.name, 3600)
    assert run_cleanup.name in celery.tasks


@pytest.mark.requirement("L07")
def test_it_stops_after_its_time_and_goes_on_the_next_time() -> None:
    windows(25)
    assert set(remove(everything_old(timezone.now()), seconds=0).values()) == {0}
    assert Spending.objects.count() == 25
    assert remove(everything_old(timezone.now()), seconds=60, step=10)["limits.budgets"] == 25


def test_a_kind_with_many_rows_does_not_keep_the_others_waiting() -> None:
    windows(25)
    message(Status.SENT, 91)
    kinds = [
        OldRows("many", Spending.objects.order_by("forget_at")),
        OldRows("one", OutboundMessage.objects.order_by("created_at")),
    ]
    with CaptureQueriesContext(connection) as asked:
        assert remove(kinds, seconds=60, step=10) == {"many": 25, "one": 1}
    deleted = [query["sql"] for query in asked if query["sql"].startswith("DELETE")]
    assert ["spending" in sql for sql in deleted] == [True, False, True, True]


def test_messages_that_still_wait_stay() -> None:
    for status in Status:
        message(status, 91)
        message(status, 89)
    run_cleanup()
    kept = OutboundMessage.objects.filter(created_at__lt=ago(90))
    assert {row.status for row in kept} == {Status.QUEUED, Status.SENDING}
    assert OutboundMessage.objects.filter(created_at__gte=ago(90)).count() == len(Status)


@pytest.mark.requirement("G05")
def test_wrong_codes_are_not_forgotten_by_cleaning_up(settings: Any) -> None:
    settings.OTP_KEEP_DAYS = 0
    facts: dict[str, Any] = {"attempts": 2, "sent_at": ago(0.5)}
    OtpChallenge.objects.create(address="+97699112231", purpose="login", attempted_at=ago(0.01), **facts)
    OtpChallenge.objects.create(address="+97699112232", purpose="login", attempted_at=ago(0.4), **facts)
    OtpChallenge.objects.create(address="+97699112233", purpose="login", sent_at=timezone.now())
    assert run_cleanup()["otp.challenges"] == 1
    assert {row.address[-1] for row in OtpChallenge.objects.all()} == {"1", "3"}


def test_a_change_of_number_is_kept_for_a_while_after_it_is_final() -> None:
    person = create_person(phone="+97699112233", password=None, phone_proven_at=None)
    for number, days in enumerate((91, 89, -1)):
        PhoneChange.objects.create(
            user=person, new_phone="+97699112233", undo_hash=f"{number}", undo_until=ago(days)
        )
    assert run_cleanup()["accounts.phone_changes"] == 1
    assert PhoneChange.objects.count() == 2
    assert User.objects.count() == 1


@pytest.mark.requirement("R22")
def test_a_backlog_is_told_and_turns_red_when_it_is_old_or_large(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    windows(3)
    told = {one.name: one for one in backlog(NOW)}
    budgets, messages = told["limits.budgets"], told["messages"]
    assert (budgets.waiting, budgets.oldest, is_red(budgets)) == (3, NOW, False)
    assert (messages.waiting, messages.oldest, is_red(messages)) == (0, None, False)
    late = {one.name for one in backlog(NOW + timedelta(days=1)) if is_red(one)}
    assert late == {"limits.budgets"}
    with time_machine.travel(NOW + timedelta(days=2)):
        call_command("cleanup", "--backlog")
    lines = capsys.readouterr().out.splitlines()
    assert f"       3 limits.budgets, oldest of {NOW:%Y-%m-%d %H:%M} LATE" in lines
    assert "       0 messages" in lines
    assert Spending.objects.count() == 3
    monkeypatch.setattr(cleanup, "MOST_COUNTED", 2)
    assert [(one.waiting, is_red(one)) for one in backlog(NOW) if one.waiting] == [(2, True)]


@pytest.mark.requirement("R22")
def test_a_step_holds_no_more_rows_than_it_says() -> None:
    windows(25)
    with CaptureQueriesContext(connection) as asked:
        remove([OldRows("many", Spending.objects.order_by("forget_at"))], seconds=60, step=10, pause=0)
    deleted = [query["sql"] for query in asked if query["sql"].startswith("DELETE")]
    assert [sql.count("00000000") > 0 for sql in deleted] == [True] * 3
    assert max(len(re.findall(r"'?0{50}\d+'?", sql)) for sql in deleted) == 10

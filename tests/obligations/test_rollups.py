"""The hourly figures: equal to the log whatever came late, twice or from two sides at once."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from core_app.cleanup import everything_old, remove
from custom_scopes_and_policies_app.models import Application
from messaging_app.models import OutboundMessage
from obligations_app.models import EventCount, OAuthTokenLog, RollupState, SmsCount
from obligations_app.rollup_sources import MOST_KINDS, OTHER
from obligations_app.rollups import catch_up, count_again
from obligations_app.tasks import run_rollup
from otp_app.purposes import Purpose
from otp_app.services import issue, verify
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.otp.conftest import code_on_the_phone

__all__ = ["shared_database"]

pytestmark = pytest.mark.requirement("F61")
NOON = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KINDS = [
    ("token.issued", "success", "shop-1", "authorization_code", ""),
    ("token.refreshed", "success", "shop-1", "refresh_token", ""),
    ("token.refused", "refused", "shop-1", "refresh_token", "no_session"),
    ("session.started", "success", "", "", "pwd"),
    ("login.failed", "refused", "", "", "wrong_password"),
]


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as machine:
        yield machine


def entry(at: datetime, kind: int = 0, **changes: Any) -> OAuthTokenLog:
    event, outcome, client_id, grant_type, reason = KINDS[kind]
    facts = {
        "event": event, "outcome": outcome, "client_id": client_id, "grant_type": grant_type, "reason": reason,
    }  # fmt: skip
    return OAuthTokenLog(at=at, **(facts | changes))


def write(*entries: OAuthTokenLog) -> None:
    OAuthTokenLog.objects.bulk_create(entries)


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def in_the_log() -> Counter[tuple[Any, ...]]:
    rows = OAuthTokenLog.objects.values_list("at", "event", "outcome", "client_id", "grant_type", "reason")
    return Counter((hour_of(at), *kind) for at, *kind in rows)


def in_the_rollup() -> Counter[tuple[Any, ...]]:
    """As the dashboard adds them up: two rows of one kind would show as a sum that is too high."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for hour, event, outcome, client, grant, reason, count in EventCount.objects.values_list(
        "hour", "event", "outcome", "client_id", "grant_type", "reason", "count"
    ):
        counts[hour, event, outcome, client, grant, reason] += count
    return counts


@pytest.mark.parametrize("seed", range(2))
def test_the_totals_equal_the_log_after_any_order_of_events_and_runs(
    seed: int, clock: time_machine.Traveller, shop: Application
) -> None:
    chance = random.Random(seed)
    for _step in range(40):
        now = timezone.now()
        if chance.random() < 0.7:
            # Most come at once, some minutes late, a few from transactions that took hours.
            late = chance.choice([timedelta(0), timedelta(0), 5 * MINUTE, 14 * MINUTE, 70 * MINUTE, 9 * HOUR])
            write(*(entry(now - late, chance.randrange(len(KINDS))) for _each in range(chance.randint(1, 5))))
        elif chance.random() < 0.5:
            catch_up(seconds=chance.choice([0, 10]))
        clock.shift(chance.choice([2 * SECOND, MINUTE, 7 * MINUTE, 40 * MINUTE, 5 * HOUR]))
    clock.shift(MINUTE)
    for _run in range(25):
        catch_up(seconds=10)
    assert in_the_rollup() == in_the_log()
    assert sum(in_the_rollup().values()) == OAuthTokenLog.objects.count() > 30


def test_an_entry_that_commits_late_is_counted_by_the_next_run(
    clock: time_machine.Traveller, shop: Application
) -> None:
    clock.move_to(NOON.replace(minute=5))
    write(entry(timezone.now() - SECOND))
    catch_up(seconds=10)
    write(entry(timezone.now() - 10 * MINUTE))
    catch_up(seconds=10)
    assert in_the_rollup() == in_the_log()
    assert EventCount.objects.count() == 2


def test_a_run_that_is_repeated_changes_nothing(clock: time_machine.Traveller, shop: Application) -> None:
    write(*(entry(NOON - SECOND - hours * HOUR, hours % len(KINDS)) for hours in range(5)))
    catch_up(seconds=10)
    before = list(EventCount.objects.order_by("pk").values())
    run_rollup()
    assert list(EventCount.objects.order_by("pk").values()) == before


def test_after_a_stop_of_days_every_run_comes_further_and_silence_is_passed_over(
    clock: time_machine.Traveller, shop: Application
) -> None:
    write(entry(NOON - SECOND))
    catch_up(seconds=10)
    write(*(entry(NOON + 3 * DAY + hours * HOUR) for hours in range(4)))
    clock.move_to(NOON + 30 * DAY)
    runs = 0
    while RollupState.objects.get(name="events").rolled_until != timezone.now():
        assert catch_up(seconds=0)["events"] == 1
        runs += 1
    assert in_the_rollup() == in_the_log()
    assert 4 <= runs <= 7


def test_one_runner_at_a_time_and_a_dead_one_is_relieved(
    clock: time_machine.Traveller, shop: Application
) -> None:
    write(entry(NOON - SECOND))
    RollupState.objects.create(name="events", holder="another", leased_until=NOON + MINUTE)
    assert catch_up(seconds=10)["events"] is None
    assert not EventCount.objects.exists()
    out = StringIO()
    call_command("rollup", stdout=out)
    assert "somebody else" in out.getvalue()
    clock.shift(3 * MINUTE)
    assert (catch_up(seconds=10)["events"] or 0) >= 1
    assert in_the_rollup() == in_the_log()
    assert RollupState.objects.get(name="events").holder == ""


def test_figures_outlive_the_entries_that_the_clean_up_removed(
    clock: time_machine.Traveller, shop: Application
) -> None:
    message = sms(NOON - 2 * HOUR)
    write(entry(NOON - SECOND))
    catch_up(seconds=10)
    message.delete()
    count_again(hours=24)
    assert SmsCount.objects.get().written == 1


def test_nonsense_of_strangers_does_not_fill_the_table(
    clock: time_machine.Traveller, shop: Application
) -> None:
    write(
        *(
            entry(
                NOON - SECOND,
                2,
                client_id=f"no-such-{number}",
                grant_type=f"grant-{number}",
                reason="unknown_client",
            )
            for number in range(50)
        ),
        *(entry(NOON - SECOND, 2, reason=f"reason {number}") for number in range(MOST_KINDS + 20)),
        entry(NOON - SECOND, 2),
    )
    catch_up(seconds=10)
    assert EventCount.objects.count() <= MOST_KINDS + 1
    assert not EventCount.objects.filter(client_id__startswith="no-such").exists()
    assert EventCount.objects.get(client_id="", grant_type="", reason="unknown_client").count == 50
    assert EventCount.objects.get(reason=OTHER).count > 0
    assert sum(in_the_rollup().values()) == OAuthTokenLog.objects.count()


def sms(at: datetime, **changes: Any) -> OutboundMessage:
    facts: dict[str, Any] = {
        "channel": "sms", "purpose": "otp.login", "status": "sent", "country": "MN", "route": "first", "parts": 1,
        "cost": Decimal("0.02"), "currency": "EUR", "created_at": at, "idempotency_key": f"{random.random()}",
    }  # fmt: skip
    return OutboundMessage.objects.create(**(facts | changes))


@pytest.mark.requirement("F24")
def test_a_receipt_and_a_typed_code_count_for_the_hour_of_their_message(
    clock: time_machine.Traveller,
) -> None:
    late, _other = (
        sms(NOON - 7 * DAY + 6 * HOUR),
        sms(NOON - 7 * DAY + 6 * HOUR, country="IE", parts=2, cost=Decimal("0.16")),
    )
    sms(NOON - SECOND, status="dead", parts=0, cost=None, currency="", route="")
    sms(NOON - SECOND, channel="email")
    catch_up(seconds=10)
    OutboundMessage.objects.filter(pk=late.pk).update(receipt_status="delivered", used_at=NOON)
    catch_up(seconds=10)
    rows = SmsCount.objects.order_by("hour", "-country").values_list(
        "country", "route", "written", "sent", "delivered", "failed", "codes", "verified", "parts", "cost"
    )
    assert list(rows) == [
        ("MN", "first", 1, 1, 1, 0, 1, 1, 1, Decimal("0.02")),
        ("IE", "first", 1, 1, 0, 0, 1, 0, 2, Decimal("0.16")),
        ("MN", "", 1, 0, 0, 1, 0, 0, 0, Decimal(0)),
    ]


@pytest.mark.requirement("F24")
def test_the_message_whose_code_was_typed_in_says_so(
    db: None, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.SMS_LIMITS_RECORD_ONLY = True
    phone, binding = "+97699112244", "b" * 64
    with django_capture_on_commit_callbacks(execute=True):
        challenge = issue(purpose=Purpose.LOGIN, address=phone, binding=binding, language="en")
    assert OutboundMessage.objects.get().used_at is None
    verify(
        challenge_id=challenge.id,
        purpose=Purpose.LOGIN,
        address=phone,
        binding=binding,
        code=code_on_the_phone(),
    )
    assert OutboundMessage.objects.get().used_at is not None


@pytest.mark.parametrize("hours", ["0", "-3", "many"])
def test_the_command_refuses_hours_that_are_none(db: None, hours: str) -> None:
    with pytest.raises(CommandError, match="number of hours"):
        call_command("rollup", "--hours", hours)


def test_old_figures_are_removed_and_newer_ones_stay(
    clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.ROLLUP_KEEP_DAYS = 10
    for days in (9, 11):
        hour = hour_of(NOON - days * DAY)
        EventCount.objects.create(hour=hour, event="token.issued", outcome="success", count=1)
        SmsCount.objects.create(hour=hour, written=1)
    gone = remove(everything_old(timezone.now()), seconds=10)
    assert (gone["hourly events"], gone["hourly SMS"]) == (1, 1)
    assert EventCount.objects.get().hour == SmsCount.objects.get().hour == hour_of(NOON - 9 * DAY)


@pytest.mark.race
def test_runners_side_by_side_with_writers_count_each_entry_once(shared_database: None) -> None:
    def write_some(number: int) -> None:
        for _each in range(5):
            write(entry(timezone.now() - number * 4 * MINUTE, 3))
            catch_up(seconds=5)

    at_once([partial(write_some, number) for number in range(4)])

    def afterwards() -> tuple[object, object]:
        catch_up(seconds=5)
        return in_the_rollup(), in_the_log()

    rolled, logged = in_thread(afterwards)
    assert rolled == logged

"""What notices cost: a flood of events is a handful of letters, and no part of it is anybody's bill."""

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.models import Application
from messaging_app.afterwards import do_what_waits, forget_what_waits
from messaging_app.envelope import open_payload
from messaging_app.models import OutboundMessage
from obligations_app.later import tell_what_was_missed
from obligations_app.models import OAuthTokenLog
from tests.obligations.conftest import CALLER

pytestmark = [pytest.mark.requirement("F62", "G10"), pytest.mark.django_db]


def emit(event: str, person: User, times: int = 1, **fields: object) -> None:
    for _turn in range(times):
        CATALOGUE[event].emit(user_id=person.pk, caller=CALLER, **fields)  # type: ignore[arg-type]


def letters(**about: object) -> list[OutboundMessage]:
    return list(OutboundMessage.objects.filter(**about).order_by("id"))


def test_a_thousand_events_of_one_kind_are_as_many_letters_as_the_throttle_says(
    person: User, shop: Application
) -> None:
    emit("app.authorized", person, 1000, client_id="shop-1")
    assert len(letters()) == 5
    assert OAuthTokenLog.objects.filter(event="app.authorized").count() == 1000, "the record has them all"


def test_the_last_letter_says_that_no_more_are_written(person: User, shop: Application) -> None:
    emit("app.authorized", person, 7, client_id="shop-1")
    said = [open_payload(message.id, message.payload_sealed)["is_last"] for message in letters()]
    assert said == [False] * 4 + [True]


def test_all_kinds_together_stay_within_the_persons_day(
    person: User, shop: Application, settings: Settings
) -> None:
    settings.NOTICES_PER_PERSON_DAY = 7
    for event in ("app.authorized", "social.unlinked", "password.changed", "backup_codes.made"):
        emit(event, person, 5, client_id="shop-1")
    assert len(letters()) == 7
    with time_machine.travel(timezone.now().timestamp() + 86_401):
        emit("password.changed", person)
    assert len(letters()) == 8


def test_strangers_who_lock_an_account_again_and_again_cause_one_letter_an_hour_and_no_sms(
    person: User,
) -> None:
    emit("account.locked", person, 50, subject="+976••••••33", reason="account")
    do_what_waits()
    assert [(message.template, message.channel) for message in letters()] == [("account_locked", "email")]
    with time_machine.travel(timezone.now().timestamp() + 3601):
        emit("account.locked", person, 50, subject="+976••••••33", reason="account")
        do_what_waits()
    assert len(letters()) == 2


def test_a_repeated_event_does_not_use_up_what_others_need(person: User, settings: Settings) -> None:
    settings.NOTICES_PER_PERSON_DAY = 2
    emit("device.new", person, 100, subject="device 1")
    emit("password.changed", person)
    assert [message.template for message in letters()] == ["device_new", "password_changed"]


@pytest.mark.usefixtures("standing_still")
def test_too_many_for_everybody_together_are_dropped_and_operators_hear_of_it_once(
    person: User, shop: Application, settings: Settings
) -> None:
    settings.NOTICES_PER_EVENT_HOUR = 3
    settings.OPERATOR_EMAILS = ["ops@example.com"]
    people = [
        User.objects.create(email=f"p{n}@example.com", email_verified_at=timezone.now()) for n in range(6)
    ]
    for other in people:
        emit("app.authorized", other, client_id="shop-1")
    emit("password.changed", person)
    assert len(letters(template="app_authorized")) == 3
    assert len(letters(template="password_changed")) == 1, "another event has room of its own"
    assert len(letters(template="operators")) == 1
    assert OAuthTokenLog.objects.get(event="notices.dropped").subject == "app.authorized"


@pytest.mark.usefixtures("standing_still")
def test_without_a_cache_each_persons_own_limits_hold(
    person: User, shop: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise ConnectionError

    for name in ("add", "incr", "get"):
        monkeypatch.setattr(cache, name, away)
    emit("app.authorized", person, 20, client_id="shop-1")
    assert len(letters()) == 5


@pytest.mark.requirement("login:F07", "L09")
def test_a_lock_is_told_after_the_answer_and_by_the_worker_when_the_process_died(person: User) -> None:
    with transaction.atomic():
        emit("account.locked", person, subject="+976••••••33", reason="account")
        assert letters() == []
    assert letters() == [], "nobody can see from the time of the answer that there is somebody to tell"
    forget_what_waits()
    assert tell_what_was_missed(timezone.now()) == 0, "whoever answers may still be about to"
    later = timezone.now() + timedelta(minutes=2)
    assert tell_what_was_missed(later) == 1
    assert tell_what_was_missed(later) == 0
    assert [message.template for message in letters()] == ["account_locked"]
    do_what_waits()
    assert len(letters()) == 1


def test_a_lock_that_was_rolled_back_is_not_told(person: User) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        emit("account.locked", person, subject="+976••••••33", reason="account")
        raise ZeroDivisionError
    do_what_waits()
    assert letters() == []

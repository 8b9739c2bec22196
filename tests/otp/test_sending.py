"""One-time codes as they are sent: how often, in which words, and what is kept and told of it."""

import logging
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from core_app.events import AuditSignal, Event
from core_app.keyring import mac
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from otp_app.errors import OtpExpired, OtpWrong, ResendTooSoon
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.services import issue, resend
from otp_app.signals import otp_failed, otp_sent, otp_verified
from tests.otp.conftest import BROWSER, PHONE, Issue, another_code, enter
from tests.short_codes import stands_in

pytestmark = pytest.mark.django_db

EVENTS = (otp_sent, otp_verified, otp_failed)


@pytest.fixture
def events() -> Iterator[list[Event]]:
    heard: list[Event] = []

    def hear(sender: type[AuditSignal], event: Event, **kwargs: object) -> None:
        heard.append(event)

    for signal in EVENTS:
        signal.connect(hear)
    yield heard
    for signal in EVENTS:
        signal.disconnect(hear)


@pytest.mark.requirement("G08")
def test_resends_come_slower_and_slower(get_code: Issue) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        challenge, _code = get_code()
        for wait in (30, 60, 120, 300, 300):
            assert challenge.resend_at - timezone.now() == timedelta(seconds=wait)
            clock.shift(timedelta(seconds=wait - 1))
            with pytest.raises(ResendTooSoon) as refused:
                resend(challenge_id=challenge.id, binding=BROWSER)
            assert refused.value.retry_after == 1
            with pytest.raises(ResendTooSoon):
                issue(purpose=Purpose.LOGIN, address=PHONE, binding="a new session")
            clock.shift(timedelta(seconds=1))
            challenge, _code = get_code(using=resend, challenge_id=challenge.id, binding=BROWSER)
    assert len(memory.delivered) == 6


def test_a_resend_is_the_same_challenge_with_another_code(get_code: Issue) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first, old_code = get_code()
        clock.shift(timedelta(seconds=30))
        second, new_code = get_code(using=resend, challenge_id=first.id, binding=BROWSER)
    assert second.id == first.id
    assert second.expires_at > first.expires_at
    if old_code != new_code:
        with pytest.raises(OtpWrong):
            enter(second, old_code)
    enter(second, new_code)


def test_only_the_browser_that_asked_can_ask_again(get_code: Issue) -> None:
    challenge, code = get_code()
    with pytest.raises(OtpExpired):
        resend(challenge_id=challenge.id, binding="another browser")
    with pytest.raises(OtpExpired):
        resend(challenge_id=uuid.uuid4(), binding=BROWSER)
    enter(challenge, code)
    with pytest.raises(OtpExpired):
        resend(challenge_id=challenge.id, binding=BROWSER)
    assert len(memory.delivered) == 1


@pytest.mark.requirement("R18")
def test_a_form_submitted_twice_is_one_message(get_code: Issue) -> None:
    first, code = get_code()
    second, _same = get_code()
    assert second == first
    assert len(memory.delivered) == 1
    enter(second, code)


def test_a_new_challenge_kills_the_one_before(get_code: Issue) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old, old_code = get_code()
        clock.shift(timedelta(seconds=30))
        new, new_code = get_code(binding="another browser")
        with pytest.raises(OtpExpired):
            enter(old, old_code)
        enter(new, new_code, binding="another browser")
    assert OtpChallenge.objects.count() == 1


@pytest.mark.requirement("G12", "L03")
def test_the_code_is_nowhere_in_clear(get_code: Issue, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with CaptureQueriesContext(connection) as statements:
        challenge, code = get_code(purpose=Purpose.RESET)
        with pytest.raises(OtpWrong):
            enter(challenge, another_code(code), purpose=Purpose.RESET)
        kept = cache.get(f"otp:{challenge.id}:1")
        enter(challenge, code, purpose=Purpose.RESET)
    written = " ".join(statement["sql"] for statement in statements)
    assert len(kept) == 64
    for text in (written, caplog.text, kept):
        assert not stands_in(text, code)
        assert not stands_in(text, another_code(code))
    assert OutboundMessage.objects.get().payload_sealed == ""


def test_what_is_kept_is_keyed_and_bound_to_the_challenge(get_code: Issue) -> None:
    challenge, code = get_code()
    parts = (str(challenge.id), "1", "login", PHONE, BROWSER, code)
    assert (
        cache.get(f"otp:{challenge.id}:1") == mac("one-time-code", *(part.encode() for part in parts)).hex()
    )


@pytest.mark.requirement("G14")
@pytest.mark.parametrize(
    ("purpose", "action"),
    [
        (Purpose.SIGNUP, "sign up"),
        (Purpose.LOGIN, "sign in"),
        (Purpose.RESET, "set a new password"),
        (Purpose.PHONE_CHANGE, "change your number"),
        (Purpose.SECOND_FACTOR, "confirm your sign-in"),
    ],
)
def test_the_message_names_action_and_product_and_ends_with_the_bound_line(
    get_code: Issue, settings: Settings, purpose: Purpose, action: str
) -> None:
    settings.ISSUER_URL = "https://login.example.com:8443"
    settings.PRODUCT_NAME = "Bat & Co"
    _challenge, code = get_code(purpose=purpose)
    text = memory.delivered[-1].text
    assert action in text
    assert "Bat & Co" in text
    assert text.splitlines()[-1] == f"@login.example.com #{code}"
    assert text.splitlines()[-2] == ""
    assert "http" not in text
    assert OutboundMessage.objects.get().parts == 1


@pytest.mark.requirement("R14")
def test_a_code_is_not_sent_when_it_would_arrive_too_late(get_code: Issue) -> None:
    get_code()
    message = OutboundMessage.objects.get()
    assert message.expires_at is not None
    left = OtpChallenge.objects.get().expires_at - message.expires_at  # type: ignore[operator]
    assert timedelta(seconds=29) < left < timedelta(seconds=31)


def test_every_step_is_told_once_with_the_number_masked(get_code: Issue, events: list[Event]) -> None:
    challenge, code = get_code()
    with pytest.raises(OtpWrong):
        enter(challenge, another_code(code))
    enter(challenge, code)
    assert [(event.name, event.outcome, event.reason) for event in events] == [
        ("otp.sent", "success", "login"),
        ("otp.failed", "refused", "login: wrong"),
        ("otp.verified", "success", "login"),
    ]
    assert {event.subject for event in events} == {"+976 •••••• 33"}
    assert not stands_in(repr(events), code)


def test_a_receiver_that_cannot_record_the_sending_stops_it() -> None:
    def fail(**kwargs: object) -> None:
        raise ZeroDivisionError

    otp_sent.connect(fail)
    try:
        with pytest.raises(ZeroDivisionError):
            issue(purpose=Purpose.LOGIN, address=PHONE, binding=BROWSER)
    finally:
        otp_sent.disconnect(fail)
    assert not OutboundMessage.objects.exists()
    assert not OtpChallenge.objects.exists()

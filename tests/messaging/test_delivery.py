"""A message leaves the outbox once, in time, and leaves nothing behind that could be replayed."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from messaging_app.claims import claim, mark_sent, retry_delay
from messaging_app.conf import conf, delivery_mode
from messaging_app.delivery import deliver, relay
from messaging_app.gateways import memory
from messaging_app.gateways.base import GatewayRefused, GatewayUnavailable
from messaging_app.models import OutboundMessage
from messaging_app.retrying import retry
from messaging_app.tasks import run_relay
from tests.messaging.conftest import CODE, PHONE, Commit

pytestmark = pytest.mark.django_db

Queue = Callable[..., OutboundMessage]
Status = OutboundMessage.Status


def everything_stored() -> str:
    """Every column of every message, as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messaging_app_outboundmessage")
        return repr(cursor.fetchall())


@pytest.mark.requirement("F62")
def test_a_message_is_sent_after_the_commit_and_not_before(queue_code: Queue, commit: Commit) -> None:
    with commit():
        message = queue_code()
        assert not memory.delivered
    message.refresh_from_db()
    assert [sms.to for sms in memory.delivered] == [PHONE]
    assert CODE in memory.delivered[0].text
    assert (message.status, message.route, message.attempts, message.parts) == (Status.SENT, "memory", 1, 1)
    assert message.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_transaction_that_fails_is_never_sent(queue_code: Queue) -> None:
    with transaction.atomic():
        queue_code()
        transaction.set_rollback(True)
    assert not memory.delivered
    assert not OutboundMessage.objects.exists()


@pytest.mark.requirement("G12")
def test_neither_code_nor_number_is_readable_before_or_after_sending(
    queue_code: Queue, caplog: pytest.LogCaptureFixture, commit: Commit
) -> None:
    caplog.set_level(logging.DEBUG)
    with commit():
        message = queue_code()
        stored_before = everything_stored()
    stored_after = everything_stored()
    for text in (stored_before, stored_after, caplog.text):
        assert CODE not in text
        assert PHONE.lstrip("+") not in text
    message.refresh_from_db()
    assert message.payload_sealed == ""
    assert message.recipient_masked == "+976 •••••• 33"


def test_bodies_are_kept_only_when_the_setting_says_so(
    queue_code: Queue, settings: Settings, commit: Commit
) -> None:
    settings.MESSAGING_KEEP_BODIES = True
    with commit():
        message = queue_code()
    message.refresh_from_db()
    assert message.status == Status.SENT
    assert message.payload_sealed != ""


def test_the_same_idempotency_key_is_one_message(queue_code: Queue, commit: Commit) -> None:
    with commit():
        first = queue_code(idempotency_key="order-1")
        second = queue_code(idempotency_key="order-1")
    assert first.id == second.id
    assert len(memory.delivered) == 1


def test_a_message_that_was_sent_is_not_sent_again(queue_code: Queue, commit: Commit) -> None:
    with commit():
        message = queue_code()
    assert deliver(message.id) is False
    assert relay() == 0
    assert len(memory.delivered) == 1


@pytest.mark.parametrize("failure", [GatewayUnavailable("away"), RuntimeError(f"no luck with {PHONE}")])
def test_a_gateway_that_fails_breaks_nothing_and_the_relay_tries_again(
    queue_code: Queue, failure: Exception, caplog: pytest.LogCaptureFixture, commit: Commit
) -> None:
    memory.failures.append(failure)
    with commit():
        message = queue_code()
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.QUEUED, 1)
    assert message.next_attempt_at > timezone.now()
    assert type(failure).__name__ in message.last_error
    assert PHONE not in message.last_error + caplog.text
    assert relay() == 0, "not before its time"
    with time_machine.travel(message.next_attempt_at + timedelta(seconds=1), tick=False):
        assert relay() == 1
    message.refresh_from_db()
    assert (message.status, message.attempts, message.last_error) == (Status.SENT, 2, "")
    assert len(memory.delivered) == 1


def test_a_message_is_given_up_after_the_last_attempt_and_an_operator_can_queue_it_again(
    queue_code: Queue, settings: Settings
) -> None:
    settings.MESSAGING_MAX_ATTEMPTS = 2
    memory.failures.extend([GatewayUnavailable("away")] * 2)
    message = queue_code()
    assert deliver(message.id) is False
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        assert relay() == 0
        message.refresh_from_db()
        assert (message.status, message.attempts) == (Status.DEAD, 2)
        assert relay() == 0, "dead stays dead"
        assert retry(ids=[message.id], operator_id=None, caller=None) == 1
        assert relay() == 1
    message.refresh_from_db()
    assert message.status == Status.SENT


def test_a_refused_message_is_not_tried_again(queue_code: Queue) -> None:
    memory.failures.append(GatewayRefused("not a mobile number"))
    message = queue_code()
    deliver(message.id)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert relay() == 0
    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert message.last_error == "GatewayRefused: not a mobile number"


def test_a_message_is_never_sent_late_and_its_content_goes(queue_code: Queue) -> None:
    message = queue_code(expires_at=timezone.now() + timedelta(seconds=90))
    with time_machine.travel(timezone.now() + timedelta(seconds=91), tick=False):
        assert deliver(message.id) is False
        assert relay() == 0
    message.refresh_from_db()
    assert not memory.delivered
    assert (message.status, message.payload_sealed) == (Status.EXPIRED, "")
    assert retry(ids=[message.id], operator_id=None, caller=None) == 0


def test_a_message_whose_worker_died_is_taken_over_under_the_same_key(queue_code: Queue) -> None:
    message = queue_code(idempotency_key="code-7")
    assert claim(message.id) is not None
    assert claim(message.id) is None, "it is taken"
    with time_machine.travel(
        timezone.now() + timedelta(seconds=conf.MESSAGING_CLAIM_SECONDS + 1), tick=False
    ):
        assert relay() == 1
    assert [sms.idempotency_key for sms in memory.delivered] == ["code-7"]


def test_a_worker_that_comes_back_from_the_dead_changes_nothing(queue_code: Queue) -> None:
    message = queue_code()
    lost = claim(message.id)
    assert lost is not None
    with time_machine.travel(
        timezone.now() + timedelta(seconds=conf.MESSAGING_CLAIM_SECONDS + 1), tick=False
    ):
        assert claim(message.id) is not None
        assert mark_sent(lost, route="memory") is False
    message.refresh_from_db()
    assert message.status == Status.SENDING


def test_a_message_that_kills_every_worker_is_given_up(queue_code: Queue, settings: Settings) -> None:
    settings.MESSAGING_MAX_ATTEMPTS = 1
    message = queue_code()
    assert claim(message.id) is not None
    with time_machine.travel(
        timezone.now() + timedelta(seconds=conf.MESSAGING_CLAIM_SECONDS + 1), tick=False
    ):
        assert relay() == 0
    message.refresh_from_db()
    assert (message.status, message.last_error) == (Status.DEAD, "the worker died")


def test_content_sealed_for_another_row_is_not_sent(queue_code: Queue) -> None:
    mine, other = queue_code(), queue_code(to="+97699445566")
    OutboundMessage.objects.filter(id=mine.id).update(recipient_sealed=other.recipient_sealed)
    assert deliver(mine.id) is False
    mine.refresh_from_db()
    assert (mine.status, mine.last_error) == (Status.FAILED, "SealBroken")
    assert not memory.delivered


def test_a_template_that_does_not_exist_is_said_so(queue_code: Queue) -> None:
    message = queue_code(template="nothing")
    deliver(message.id)
    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert "messages/nothing.sms.txt" in message.last_error


def test_with_a_worker_nothing_is_sent_in_the_request(
    queue_code: Queue, settings: Settings, commit: Commit
) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    with commit():
        message = queue_code()
    assert not memory.delivered
    assert run_relay() == 1
    message.refresh_from_db()
    assert message.status == Status.SENT


@pytest.mark.parametrize(
    ("chosen", "broker", "mode"),
    [("", "", "inline"), ("", "redis://localhost", "celery"), ("inline", "redis://localhost", "inline")],
)
def test_delivery_is_inline_only_without_a_broker_unless_chosen(
    settings: Settings, chosen: str, broker: str, mode: str
) -> None:
    settings.MESSAGING_DELIVERY = chosen
    settings.CELERY_BROKER_URL = broker
    assert delivery_mode() == mode


def test_the_relay_sends_the_longest_waiting_first_and_stops_at_its_limit(queue_code: Queue) -> None:
    phones = [f"+9769911223{digit}" for digit in range(4)]
    for age, phone in enumerate(phones):
        message = queue_code(to=phone)
        OutboundMessage.objects.filter(id=message.id).update(
            next_attempt_at=timezone.now() - timedelta(minutes=age + 1)
        )
    assert relay(limit=3) == 3
    assert [sms.to for sms in memory.delivered] == phones[:0:-1]


def test_waits_grow_threefold_to_an_hour_and_are_spread() -> None:
    for attempts, seconds in [(1, 5), (2, 15), (3, 45), (7, 3600), (200, 3600)]:
        waits = {retry_delay(attempts).total_seconds() for _ in range(50)}
        assert min(waits) >= seconds * 0.75
        assert max(waits) <= seconds * 1.25
        assert len(waits) > 1


@pytest.mark.requirement("F62")
def test_an_email_has_text_and_html_and_only_the_html_is_escaped(queue_letter: Queue, commit: Commit) -> None:
    with commit():
        message = queue_letter()
    (letter,) = mail.outbox
    assert isinstance(letter, EmailMultiAlternatives)
    assert letter.to == ["bat@example.com"]
    assert letter.subject == "Hello Bat & Co from Phone Login"
    assert letter.body == "Dear Bat & Co."
    ((html, kind),) = letter.alternatives
    assert kind == "text/html"
    assert "<p>Dear Bat &amp; Co.</p>" in str(html)
    assert letter.extra_headers["Message-ID"] == f"<{message.id}@testserver>"
    message.refresh_from_db()
    assert (message.status, message.route) == (Status.SENT, "email")
    assert message.recipient_masked == "b•••@example.com"


def test_an_email_whose_server_is_away_waits(queue_letter: Queue, settings: Settings, commit: Commit) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with commit():
        message = queue_letter()
    message.refresh_from_db()
    assert (message.status, message.last_error) == (Status.QUEUED, "ConnectionRefusedError")

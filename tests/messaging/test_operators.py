"""What operators and developers see of messages: the admin, the relay command, the development inbox."""

import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from core_app.errors import NotFound
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from messaging_app.selectors import recent_messages
from tests.messaging.conftest import CODE, PHONE, Commit
from tests.operators import sign_in_operator

pytestmark = pytest.mark.django_db

Queue = Callable[..., OutboundMessage]
Status = OutboundMessage.Status
LIST = "admin:messaging_app_outboundmessage_changelist"


@pytest.fixture
def operator(client: Client) -> Client:
    return sign_in_operator(client)


@pytest.mark.requirement("G12", "L03")
def test_the_admin_shows_the_mask_and_never_the_words(operator: Client, queue_code: Queue) -> None:
    message = queue_code()
    detail = reverse("admin:messaging_app_outboundmessage_change", args=[message.id])
    for address in (reverse(LIST), detail):
        page = operator.get(address)
        html = page.content.decode()
        assert page.status_code == 200
        assert "+976 •••••• 33" in html
        for hidden in (PHONE, CODE, message.payload_sealed, message.recipient_sealed):
            assert hidden not in html


def test_messages_are_found_by_their_whole_idempotency_key_and_filtered(
    operator: Client, queue_code: Queue
) -> None:
    queue_code(idempotency_key="otp-1")
    queue_code(idempotency_key="otp-12")
    found = operator.get(reverse(LIST), {"q": "otp-1"})
    assert [message.idempotency_key for message in found.context["cl"].queryset] == ["otp-1"]
    filtered = operator.get(reverse(LIST), {"status": "sent", "channel": "sms", "purpose": "otp.signup"})
    assert list(filtered.context["cl"].queryset) == []


def test_messages_cannot_be_written_changed_or_deleted_in_the_admin(
    operator: Client, queue_code: Queue
) -> None:
    message = queue_code()
    name = "admin:messaging_app_outboundmessage"
    assert operator.get(reverse(f"{name}_add")).status_code == 403
    assert operator.post(reverse(f"{name}_delete", args=[message.id]), {"post": "yes"}).status_code == 403
    assert operator.post(reverse(f"{name}_change", args=[message.id]), {"status": "sent"}).status_code == 403
    message.refresh_from_db()
    assert message.status == Status.QUEUED


def test_the_admin_retries_dead_messages_and_no_others(operator: Client, queue_code: Queue) -> None:
    dead, sent, late = (
        queue_code(),
        queue_code(),
        queue_code(expires_at=timezone.now() + timedelta(seconds=1)),
    )
    OutboundMessage.objects.filter(id=sent.id).update(status=Status.SENT)
    OutboundMessage.objects.filter(id__in=[dead.id, late.id]).update(status=Status.DEAD, attempts=8)
    OutboundMessage.objects.filter(id=late.id).update(expires_at=timezone.now())
    ids = [str(message.id) for message in (dead, sent, late)]
    page = operator.post(reverse(LIST), {"action": "retry_selected", "_selected_action": ids}, follow=True)
    assert "1 message is queued again." in page.content.decode()
    statuses = [OutboundMessage.objects.get(id=message.id).status for message in (dead, sent, late)]
    assert statuses == [Status.QUEUED, Status.SENT, Status.DEAD]


def test_the_command_sends_what_is_due(queue_code: Queue) -> None:
    queue_code()
    output = StringIO()
    call_command("deliver_outbox", stdout=output)
    assert output.getvalue() == "1 sent.\n"
    assert len(memory.delivered) == 1


@pytest.mark.django_db(transaction=True)
def test_the_command_goes_on_until_it_is_stopped(
    queue_code: Queue, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            raise KeyboardInterrupt
        queue_code()

    monkeypatch.setattr(time, "sleep", nap)
    output = StringIO()
    call_command("deliver_outbox", every=5.0, stdout=output)
    assert output.getvalue() == "0 sent.\n1 sent.\nStopped.\n"
    assert naps == [5.0, 5.0]


def test_the_development_inbox_has_the_words_newest_first(
    queue_code: Queue, queue_letter: Queue, settings: Settings, commit: Commit
) -> None:
    settings.DEBUG = settings.MESSAGING_KEEP_BODIES = True
    with commit():
        queue_code()
        queue_letter()
    letter, sms = recent_messages(10)
    assert (letter.channel, letter.to, letter.status) == ("email", "bat@example.com", "sent")
    assert letter.subject == "Hello Bat & Co from Phone Login"
    assert "Dear Bat &amp; Co." in letter.html
    assert (sms.channel, sms.to, sms.subject, sms.html) == ("sms", PHONE, "", "")
    assert CODE in sms.text
    assert recent_messages(1) == [letter]


@pytest.mark.parametrize(("debug", "keep"), [(True, False), (False, True), (False, False)])
def test_there_is_no_inbox_outside_development(settings: Settings, debug: bool, keep: bool) -> None:
    settings.DEBUG, settings.MESSAGING_KEEP_BODIES = debug, keep
    with pytest.raises(NotFound):
        recent_messages(10)

"""Dead letters: found, understood and sent again by operators who may, and only while that helps anybody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from messaging_app.delivery import relay
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from obligations_app.models import OAuthTokenLog
from tests.messaging.conftest import CODE, PHONE
from tests.operators import sign_in_as, sign_in_operator

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F62", "L05")]
Queue = Callable[..., OutboundMessage]
Status = OutboundMessage.Status


def list_page() -> str:
    return reverse("admin:messaging_app_outboundmessage_changelist")


def page_of(message: OutboundMessage) -> str:
    return reverse("admin:messaging_app_outboundmessage_change", args=[message.id])


def retry_at(message: OutboundMessage) -> str:
    return reverse("admin:messaging_app_outboundmessage_retry", args=[message.id])


@pytest.fixture(autouse=True)
def with_a_worker(settings: Settings, clean_gateway: None) -> None:
    settings.MESSAGING_DELIVERY = "celery"


@pytest.fixture
def operator(client: Client) -> Client:
    return sign_in_operator(client)


@pytest.fixture
def dead(queue_code: Queue) -> OutboundMessage:
    message = queue_code(expires_at=timezone.now() + timedelta(minutes=2))
    message.status, message.attempts, message.last_error = Status.DEAD, 8, "GatewayUnavailable: memory: away"
    message.save()
    return message


def test_what_needs_a_look_is_one_click_away(
    operator: Client, queue_code: Queue, dead: OutboundMessage
) -> None:
    sent, unknown, lost = (queue_code(to=f"+9768811223{number}") for number in range(3))
    OutboundMessage.objects.filter(id=sent.id).update(status=Status.SENT)
    OutboundMessage.objects.filter(id=unknown.id).update(status=Status.UNKNOWN, payload_sealed="")
    OutboundMessage.objects.filter(id=lost.id).update(status=Status.SENT, receipt_status="failed")
    look = operator.get(list_page(), {"look": "yes"})
    assert {message.id for message in look.context["cl"].queryset} == {dead.id, unknown.id, lost.id}
    again = operator.get(list_page(), {"look": "retry"})
    assert {message.id for message in again.context["cl"].queryset} == {dead.id}


def test_the_page_of_a_message_says_what_happened_and_offers_the_button(
    operator: Client, dead: OutboundMessage
) -> None:
    page = operator.get(page_of(dead)).content.decode()
    assert "Every attempt failed, and it was given up." in page
    assert "GatewayUnavailable: memory: away" in page
    assert "written into the outbox" in page
    assert "too late from here on" in page
    assert retry_at(dead) in page
    for hidden in (PHONE, CODE, dead.payload_sealed, dead.recipient_sealed):
        assert hidden not in page


def test_the_button_sends_it_again_and_the_record_says_who_did(
    operator: Client, dead: OutboundMessage
) -> None:
    answer = operator.post(retry_at(dead), follow=True)
    assert "The message is queued again." in answer.content.decode()
    assert relay() == 1
    assert [sms.to for sms in memory.delivered] == [PHONE]
    entry = OAuthTokenLog.objects.get(event="message.retried")
    assert (entry.subject, entry.reason) == (str(dead.id), "otp.signup")
    assert entry.user_id == User.objects.get(is_superuser=True).pk
    assert "can be sent again" in operator.post(retry_at(dead), follow=True).content.decode()
    assert len(memory.delivered) == 1


def test_a_code_that_has_run_out_is_never_sent_again(operator: Client, dead: OutboundMessage) -> None:
    OutboundMessage.objects.filter(pk=dead.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert retry_at(dead) not in operator.get(page_of(dead)).content.decode()
    answer = operator.post(retry_at(dead), follow=True)
    assert "It is too late" in answer.content.decode()
    dead.refresh_from_db()
    assert dead.status == Status.DEAD
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert relay() == 0
    assert not memory.delivered
    assert not OAuthTokenLog.objects.filter(event="message.retried").exists()


@pytest.mark.requirement("R15")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"handed_to": "memory-of-old"}, "it may have arrived"),
        ({"payload_sealed": ""}, "deleted already"),
        ({"status": Status.UNKNOWN}, "given up or refused"),
        ({"status": Status.SENDING}, "given up or refused"),
    ],
)
def test_what_may_have_arrived_or_has_no_words_is_left_alone(
    operator: Client, dead: OutboundMessage, changes: dict[str, str], words: str
) -> None:
    OutboundMessage.objects.filter(pk=dead.pk).update(**changes)
    before = OutboundMessage.objects.get(pk=dead.pk).status
    assert words in operator.post(retry_at(dead), follow=True).content.decode()
    assert OutboundMessage.objects.get(pk=dead.pk).status == before


def test_many_are_sent_again_at_once_and_the_others_are_counted(
    operator: Client, queue_code: Queue, dead: OutboundMessage
) -> None:
    sent = queue_code()
    OutboundMessage.objects.filter(id=sent.id).update(status=Status.SENT)
    data = {"action": "retry_selected", "_selected_action": [str(dead.id), str(sent.id)]}
    page = operator.post(list_page(), data, follow=True).content.decode()
    assert "1 message is queued again." in page
    assert "1 message was left as it is." in page
    assert OAuthTokenLog.objects.filter(event="message.retried").count() == 1


@pytest.mark.parametrize("staff", [False, True])
def test_whoever_may_not_change_messages_sends_nothing_again(
    client: Client, dead: OutboundMessage, staff: bool
) -> None:
    sign_in_as(client, User.objects.create(phone="+97688445566", is_staff=staff))
    answer = client.post(retry_at(dead))
    assert answer.status_code in {302, 403}
    dead.refresh_from_db()
    assert dead.status == Status.DEAD
    assert client.get(retry_at(dead)).status_code in {302, 403, 405}


@pytest.mark.requirement("F62")
def test_a_message_that_was_refused_can_be_sent_again_when_the_cause_is_gone(
    operator: Client, queue_code: Queue, settings: Settings
) -> None:
    settings.SMS_ROUTES = "IE=memory"
    message = queue_code()
    relay()
    message.refresh_from_db()
    assert (message.status, message.handed_to) == (Status.FAILED, "")
    settings.SMS_ROUTES = "*=memory"
    operator.post(retry_at(message))
    assert relay() == 1

"""What becomes of a message when its gateway fails, over real HTTP: never lost, never doubled, never late."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from messaging_app.delivery import deliver, relay
from messaging_app.models import OutboundMessage
from scripts.live_server import free_port
from tests.faults.conftest import CODE, PHONE, Queue
from tests.faults.fake_gateway import (
    Behaviour,
    FakeGateway,
    answers,
    drips,
    hangs_after_sending,
    hangs_up_after_sending,
    sleeps,
    takes,
    talks_nonsense,
)

pytestmark = pytest.mark.django_db(transaction=True)
Status = OutboundMessage.Status


def stored(message: OutboundMessage) -> OutboundMessage:
    return OutboundMessage.objects.get(pk=message.pk)


@pytest.mark.requirement("R14", "F24")
@pytest.mark.parametrize(
    "failure",
    [
        answers(500, "oops"),
        answers(502, "<html>Bad gateway</html>"),
        answers(503, "", Retry_After="60"),
        answers(429, '{"error": "slow down"}'),
        answers(401, '{"error": "key"}'),
        answers(302, "", Location="https://elsewhere.example/"),
        answers(200, "<html>maintenance</html>"),
        answers(200, '{"result": "rejected"}'),
        answers(200, ""),
        answers(200, "x" * 200_000),
    ],
    ids=["500", "502", "503", "429", "401", "302", "200-html", "200-no", "200-empty", "200-endless"],
)
def test_what_one_gateway_did_not_take_the_next_sends_once(
    queue: Queue, first: FakeGateway, second: FakeGateway, failure: Behaviour
) -> None:
    first.habit = failure
    message = queue()
    assert deliver(message.id)
    assert len(first.asked) == 1
    assert first.carried == []
    assert [(sms.to, sms.code) for sms in second.carried] == [(PHONE, CODE)]
    assert (stored(message).status, stored(message).route) == (Status.SENT, "second")
    assert relay() == 0
    assert len(second.carried) == 1


@pytest.mark.requirement("R14")
def test_a_gateway_that_is_not_there_is_passed_over(
    queue: Queue, second: FakeGateway, settings: Settings
) -> None:
    settings.SMS_FIRST_URL = f"http://127.0.0.1:{free_port()}/send"
    assert deliver(queue().id)
    assert [sms.code for sms in second.carried] == [CODE]


@pytest.mark.requirement("R14")
def test_a_gateway_that_speaks_no_tls_is_passed_over(
    queue: Queue, first: FakeGateway, second: FakeGateway, settings: Settings
) -> None:
    settings.SMS_FIRST_URL = first.url.replace("http://", "https://")
    assert deliver(queue().id)
    assert [sms.code for sms in second.carried] == [CODE]


@pytest.mark.requirement("R15")
@pytest.mark.parametrize(
    "ending",
    [hangs_after_sending, hangs_up_after_sending, talks_nonsense],
    ids=["hangs", "hangs-up", "no-http"],
)
def test_what_may_have_been_sent_is_never_sent_again(
    queue: Queue, first: FakeGateway, second: FakeGateway, ending: Behaviour
) -> None:
    first.habit = ending
    message = queue()
    assert not deliver(message.id)
    assert stored(message).status == Status.UNKNOWN
    assert stored(message).payload_sealed == ""
    first.habit = takes
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        assert relay() == 0
    assert len(first.asked) == 1
    assert second.asked == []


@pytest.mark.requirement("R15", "R13")
def test_an_answer_that_drips_for_ever_is_given_up(
    queue: Queue, first: FakeGateway, second: FakeGateway
) -> None:
    first.habit = drips
    message = queue()
    before = timezone.now()
    assert not deliver(message.id)
    assert timezone.now() - before < timedelta(seconds=25)
    assert stored(message).status == Status.UNKNOWN
    assert second.asked == []


@pytest.mark.requirement("R11", "R15")
@pytest.mark.usefixtures("first_knows_keys")
def test_a_gateway_that_knows_keys_is_asked_again_and_sends_once(
    queue: Queue, first: FakeGateway, second: FakeGateway
) -> None:
    first.script.append(hangs_up_after_sending)
    message = queue()
    assert not deliver(message.id)
    assert stored(message).status == Status.QUEUED
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert relay() == 1
    assert [sms.code for sms in first.carried] == [CODE]
    assert len({sms.key for sms in first.asked}) == 1
    assert second.asked == []
    assert stored(message).status == Status.SENT


@pytest.mark.requirement("R14")
def test_a_code_that_became_too_late_while_gateways_failed_is_never_sent(
    queue: Queue, first: FakeGateway, second: FakeGateway
) -> None:
    first.habit = second.habit = answers(503)
    message = queue(expires_at=timezone.now() + timedelta(seconds=90))
    assert not deliver(message.id)
    assert stored(message).status == Status.QUEUED
    first.habit = second.habit = takes
    with time_machine.travel(timezone.now() + timedelta(seconds=91)):
        assert relay() == 0
        assert not deliver(message.id)
    assert first.carried == second.carried == []
    assert stored(message).status == Status.EXPIRED
    assert stored(message).payload_sealed == ""


@pytest.mark.requirement("R14")
def test_a_message_that_nobody_took_waits_and_leaves_when_a_gateway_is_back(
    queue: Queue, first: FakeGateway, second: FakeGateway
) -> None:
    first.script.append(answers(500))
    second.script.append(answers(429))
    message = queue()
    assert not deliver(message.id)
    assert relay() == 0, "not before its time"
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        assert relay() == 1
    assert len(first.carried) + len(second.carried) == 1
    assert stored(message).attempts == 2


@pytest.mark.requirement("R14")
def test_a_gateway_that_keeps_failing_is_left_alone_and_tried_again_later(
    queue: Queue, first: FakeGateway, second: FakeGateway
) -> None:
    first.habit = answers(500)
    for number in range(8):
        assert deliver(queue(to=f"+976991{number}2233").id)
    assert len(first.asked) == 5, "five in a row, then none"
    assert len(second.carried) == 8
    first.habit = takes
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert deliver(queue(to="+97699812233").id)
        assert deliver(queue(to="+97699912233").id)
    assert len(first.carried) == 2, "one trial, then as before"


@pytest.mark.requirement("R13")
def test_no_wait_is_longer_than_the_time_outs(queue: Queue, first: FakeGateway, second: FakeGateway) -> None:
    first.habit = sleeps
    message = queue()
    before = timezone.now()
    assert not deliver(message.id)
    assert timezone.now() - before < timedelta(seconds=7)
    # Whether a gateway that took the request sends it one day is known to nobody.
    assert stored(message).status == Status.UNKNOWN
    assert second.asked == []


@pytest.mark.requirement("L03", "G12")
def test_what_failed_is_told_without_number_or_code(
    queue: Queue, first: FakeGateway, second: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    first.habit = second.habit = answers(500, f"cannot send {CODE} to {PHONE}")
    message = queue()
    assert not deliver(message.id)
    told = caplog.text + stored(message).last_error
    assert "500" in told
    assert CODE not in told
    assert PHONE.removeprefix("+") not in told

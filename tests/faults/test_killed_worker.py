"""A worker is killed in the middle: the message is neither lost nor sent twice, wherever that happens."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from messaging_app.delivery import relay
from messaging_app.models import OutboundMessage
from messaging_app.services import queue_email, queue_sms
from tests.faults.fake_gateway import KEY_HEADER, FakeGateway, hangs_after_sending, takes
from tests.faults.workers import PATIENCE, environment, letters_in, process
from tests.messaging.threads import in_thread, shared_database

__all__ = ["shared_database"]

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]

PHONE = "+97699112233"
CODE = "493817"
Status = OutboundMessage.Status
BEFORE_HAND_OVER = ("before", "messaging_app.delivery.hand_over")
AFTER_HAND_OVER = ("after", "messaging_app.delivery.hand_over")
BEFORE_MARK = ("before", "messaging_app.delivery.mark_sent")
KNOWS_KEYS = {"SMS_VENDOR_IDEMPOTENCY_HEADER": KEY_HEADER}


@pytest.fixture
def vendor(settings: Settings) -> Iterator[FakeGateway]:
    with FakeGateway().running() as gateway:
        settings.SMS_ROUTES, settings.MESSAGING_DELIVERY = "*=vendor", "celery"
        for name, value in gateway.options("VENDOR").items():
            setattr(settings, name, value)
        yield gateway


def queue_code() -> None:
    queue_sms(
        to=PHONE,
        template="otp",
        context={"code": CODE, "purpose": "signup"},
        purpose="otp.signup",
        language="en",
    )


def surroundings(vendor: FakeGateway, **options: str) -> dict[str, str]:
    return environment(SMS_ROUTES="*=vendor", **vendor.options("VENDOR"), **options)


def die(at: tuple[str, str], where: dict[str, str]) -> None:
    with process("-m", "tests.faults.dying_worker", *at, surroundings=where) as worker:
        assert worker.wait(PATIENCE) == -signal.SIGKILL


def take_over() -> tuple[str, int]:
    """What became of the message after another worker has come, some minutes later."""
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        in_thread(relay)
        in_thread(relay)
    message = in_thread(OutboundMessage.objects.get)
    return message.status, message.attempts


@pytest.mark.requirement("R11", "R12")
@pytest.mark.parametrize("point", [BEFORE_HAND_OVER, AFTER_HAND_OVER, BEFORE_MARK])
def test_a_gateway_that_knows_keys_sends_once_wherever_the_worker_died(
    vendor: FakeGateway, settings: Settings, point: tuple[str, str]
) -> None:
    settings.SMS_VENDOR_IDEMPOTENCY_HEADER = KEY_HEADER
    in_thread(queue_code)
    die(point, surroundings(vendor, **KNOWS_KEYS))
    assert take_over() == (Status.SENT, 2)
    assert [sms.code for sms in vendor.carried] == [CODE]
    assert len(vendor.asked) == (2 if point == BEFORE_MARK else 1)


@pytest.mark.requirement("R11", "R12", "R15")
@pytest.mark.parametrize(
    ("point", "ended", "carried"),
    [(BEFORE_HAND_OVER, Status.SENT, 1), (BEFORE_MARK, Status.UNKNOWN, 1)],
)
def test_any_other_gateway_is_asked_once(
    vendor: FakeGateway, point: tuple[str, str], ended: str, carried: int
) -> None:
    in_thread(queue_code)
    die(point, surroundings(vendor))
    assert take_over()[0] == ended
    assert len(vendor.asked) == len(vendor.carried) == carried


@pytest.mark.requirement("R11")
def test_a_worker_that_is_killed_while_the_gateway_keeps_it_waiting(
    vendor: FakeGateway, settings: Settings
) -> None:
    settings.SMS_VENDOR_IDEMPOTENCY_HEADER = KEY_HEADER
    vendor.script.append(hangs_after_sending)
    vendor.habit = takes
    in_thread(queue_code)
    where = surroundings(vendor, **KNOWS_KEYS)
    with process("manage.py", "deliver_outbox", surroundings=where) as worker:
        vendor.wait_until(lambda: len(vendor.carried) == 1)
        worker.kill()
    assert take_over() == (Status.SENT, 2)
    assert [sms.code for sms in vendor.carried] == [CODE]


@pytest.mark.requirement("R12")
def test_an_e_mail_whose_relay_died_before_the_mark_is_one_letter_in_the_mailbox(
    settings: Settings, tmp_path: Path
) -> None:
    """SMTP knows no keys: the same letter may leave twice, under one Message-ID, which mailboxes show once."""
    settings.MESSAGING_DELIVERY = "celery"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    mailbox = tmp_path / "mail"
    settings.EMAIL_FILE_PATH = str(mailbox)
    in_thread(queue_letter)
    die(BEFORE_MARK, environment(EMAIL_URL=f"filemail:///{mailbox}"))
    assert take_over() == (Status.SENT, 2)
    letters = letters_in(mailbox)
    assert len(letters) == 2
    assert len({letter["Message-ID"] for letter in letters}) == 1


def queue_letter() -> None:
    context = {"app": "Notes", "when": "today", "ip": ""}
    queue_email(
        to="bat@example.com", template="app_authorized", context=context, purpose="notice", language="en"
    )

"""The same codes by e-mail: a longer life, the same rules, and nothing of them where it does not belong."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from messaging_app.gateways import memory
from obligations_app.models import OAuthTokenLog
from otp_app.errors import OtpExpired, OtpWrong
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.services import Challenge, issue, verify
from tests.otp.conftest import BROWSER, another_code

ADDRESS = "oyun@example.com"

pytestmark = pytest.mark.django_db(transaction=True)


def ask(**changes: object) -> Challenge:
    fields: dict[str, object] = {"purpose": Purpose.SECOND_FACTOR, "address": ADDRESS, "binding": BROWSER}
    return issue(**{**fields, **changes})  # type: ignore[arg-type]


def enter(challenge: Challenge, code: str) -> None:
    verify(
        challenge_id=challenge.id, purpose=Purpose.SECOND_FACTOR, address=ADDRESS, binding=BROWSER, code=code
    )


def code_in_the_letter() -> str:
    found = re.search(r"^([0-9]{6}) is your code", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None, mail.outbox[-1].body
    return found[1]


@pytest.mark.requirement("F26", "G03", "G12")
def test_a_code_goes_out_by_e_mail_alone_and_is_taken_once() -> None:
    challenge = ask()
    (letter,) = mail.outbox
    assert letter.to == [ADDRESS]
    assert not memory.delivered
    code = code_in_the_letter()
    assert code not in letter.subject
    assert ADDRESS not in str(OtpChallenge.objects.get())
    with pytest.raises(OtpWrong):
        enter(challenge, another_code(code))
    enter(challenge, code)
    with pytest.raises(OtpExpired):
        enter(challenge, code)
    assert not OAuthTokenLog.objects.filter(subject__contains="oyun@").exists()


@pytest.mark.requirement("G02")
def test_it_lives_longer_than_one_by_sms_and_not_for_ever() -> None:
    challenge = ask()
    code = code_in_the_letter()
    assert challenge.expires_at - timezone.now() > timedelta(minutes=9)
    with time_machine.travel(timezone.now() + timedelta(minutes=9)), pytest.raises(OtpWrong):
        enter(challenge, another_code(code))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)), pytest.raises(OtpExpired):
        enter(challenge, code)


@pytest.mark.requirement("G11")
def test_a_silent_one_is_never_sent() -> None:
    ask(is_silent=True)
    assert mail.outbox == []

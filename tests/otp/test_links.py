"""Links beside the codes in e-mails: one challenge, proven once by either."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from limits_app.budgets import Exceeded
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from otp_app import links
from otp_app.errors import LinkGone, OtpExpired, OtpWrong, ResendTooSoon
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.services import Challenge, issue, resend, verify

ADDRESS = "bat@example.com"
BROWSER = "b" * 64
LINK = re.compile(r"https://here\.example/(\S+)")
Ask = Callable[..., tuple[Challenge, str, str]]


@pytest.fixture
def ask(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, db: None) -> Ask:
    """Ask for an e-mail; returns the challenge, the code and the link's token."""

    def send(using: Callable[..., Challenge] = issue, **changes: Any) -> tuple[Challenge, str, str]:
        fields: dict[str, Any] = {"purpose": Purpose.RESET, "address": ADDRESS, "binding": BROWSER}
        with django_capture_on_commit_callbacks(execute=True):
            challenge = using(**(changes if using is not issue else {**fields, **changes}), link_to=to_link)
        return challenge, *newest_mail()

    return send


def to_link(token: str) -> str:
    return f"https://here.example/{token}"


def newest_mail() -> tuple[str, str]:
    text = str(mail.outbox[-1].body)
    code, link = re.search(r"^([0-9]+) is your code", text, re.MULTILINE), LINK.search(text)
    assert code is not None, text
    assert link is not None, text
    return code[1], link[1]


def enter(challenge: Challenge, code: str) -> None:
    verify(challenge_id=challenge.id, purpose=Purpose.RESET, address=ADDRESS, binding=BROWSER, code=code)


@pytest.mark.requirement("F25")
def test_an_address_gets_code_and_link_in_one_e_mail_and_no_sms(ask: Ask) -> None:
    _challenge, code, token = ask()
    (letter,) = mail.outbox
    assert letter.to == [ADDRESS]
    assert len(code) == 8
    html = str(letter.alternatives[0][0])  # type: ignore[union-attr]
    assert code in html
    assert f'href="https://here.example/{token}"' in html
    assert code not in letter.subject
    assert not memory.delivered


@pytest.mark.requirement("login:F12")
def test_reading_a_link_uses_nothing_up_and_using_it_works_once(ask: Ask) -> None:
    challenge, code, token = ask()
    for _look in range(3):
        assert links.read(token, purpose=Purpose.RESET).address == ADDRESS
    used = links.use(token, purpose=Purpose.RESET)
    assert (used.address, used.binding, used.challenge_id) == (ADDRESS, BROWSER, challenge.id)
    with pytest.raises(LinkGone):
        links.use(token, purpose=Purpose.RESET)
    with pytest.raises(LinkGone):
        links.read(token, purpose=Purpose.RESET)
    with pytest.raises(OtpExpired):
        enter(challenge, code)


@pytest.mark.requirement("login:F12")
def test_the_code_uses_up_the_link(ask: Ask) -> None:
    challenge, code, token = ask()
    enter(challenge, code)
    with pytest.raises(LinkGone):
        links.use(token, purpose=Purpose.RESET)


@pytest.mark.requirement("login:F12", "G07")
def test_a_link_is_good_for_its_purpose_alone(ask: Ask) -> None:
    _challenge, _code, token = ask()
    for purpose in set(Purpose) - {Purpose.RESET}:
        with pytest.raises(LinkGone):
            links.use(token, purpose=purpose)
    links.use(token, purpose=Purpose.RESET)


def test_a_newer_message_takes_the_older_link_s_place(ask: Ask) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        challenge, _code, first = ask()
        clock.shift(timedelta(seconds=31))
        _challenge, _code, second = ask(resend, challenge_id=challenge.id, binding=BROWSER)
        assert first != second
        with pytest.raises(LinkGone):
            links.use(first, purpose=Purpose.RESET)
        assert links.use(second, purpose=Purpose.RESET).address == ADDRESS


@pytest.mark.requirement("G02")
def test_code_and_link_end_with_the_e_mail_s_own_time(ask: Ask, settings: Any) -> None:
    settings.OTP_EMAIL_TTL_SECONDS = 900
    with time_machine.travel(timezone.now(), tick=False) as clock:
        challenge, code, token = ask()
        assert "15 minutes" in mail.outbox[0].body
        clock.shift(timedelta(seconds=899))
        links.read(token, purpose=Purpose.RESET)
        clock.shift(timedelta(seconds=1))
        with pytest.raises(LinkGone):
            links.use(token, purpose=Purpose.RESET)
        with pytest.raises(OtpExpired):
            enter(challenge, code)


@pytest.mark.parametrize("change", ["", "0", "x", "/../", "\u0660", "\x00"])
def test_a_changed_link_is_unknown(ask: Ask, change: str) -> None:
    _challenge, _code, token = ask()
    # The character in the middle may be the very one it is changed to: one token in 64 would be whole again.
    middle = "y" if change == token[40] else change
    spoiled = [change + token, token + change, token[:40] + middle + token[41:]] if change else [""]
    for text in spoiled:
        with pytest.raises(LinkGone):
            links.use(text, purpose=Purpose.RESET)
    links.use(token, purpose=Purpose.RESET)


def test_wrong_codes_do_not_spoil_the_link(ask: Ask) -> None:
    challenge, code, token = ask()
    for _guess in range(2):
        with pytest.raises(OtpWrong):
            enter(challenge, f"{(int(code) + 1) % 10**8:08}")
    assert links.use(token, purpose=Purpose.RESET).address == ADDRESS


@pytest.mark.requirement("login:F12", "G12")
def test_neither_code_nor_token_is_in_the_database_or_the_cache(ask: Ask) -> None:
    _challenge, code, token = ask()
    secret = token.rpartition("-")[2]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  our own names
            rows = str(cursor.fetchall())
            assert secret not in rows, table
            if table != OutboundMessage._meta.db_table:  # random bytes may hold eight digits
                assert f"'{code}'" not in rows, table
    row = OtpChallenge.objects.get()
    assert secret not in str(cache.get(f"otp:{row.challenge_id}:{row.generation}"))
    assert OutboundMessage.objects.get().payload_sealed == ""


@pytest.mark.requirement("G11")
def test_an_address_that_nobody_has_gets_nothing_and_leaves_the_same_rows(ask: Ask) -> None:
    ask()
    issue(purpose=Purpose.RESET, address="nobody@example.com", binding=BROWSER, is_silent=True)
    assert len(mail.outbox) == 1
    assert OtpChallenge.objects.count() == OutboundMessage.objects.count() == 2
    silent = OutboundMessage.objects.get(purpose="otp.reset.silent")
    assert silent.expires_at is not None
    assert silent.expires_at <= timezone.now()


@pytest.mark.requirement("G08")
def test_nobody_s_mailbox_is_filled(ask: Ask, settings: Any) -> None:
    settings.OTP_EMAILS_PER_HOUR = 3
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for purpose in (Purpose.RESET, Purpose.SIGNUP, Purpose.EMAIL):
            ask(purpose=purpose)
        with pytest.raises(ResendTooSoon):
            issue(purpose=Purpose.RESET, address=ADDRESS, binding="c" * 64)
        clock.shift(timedelta(minutes=10))
        with pytest.raises(Exceeded):
            issue(purpose=Purpose.RESET, address=ADDRESS, binding="c" * 64)
        clock.shift(timedelta(hours=1))
        ask(binding="c" * 64)
    assert len(mail.outbox) == 4

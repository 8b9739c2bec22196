"""Nobody learns from the pages whether a number has an account, before a code to it was right (G11, F07)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from messaging_app.models import OutboundMessage
from otp_app.models import OtpChallenge
from tests.phone_auth import pages
from tests.phone_auth.pages import OTHER_PHONE, PASSWORD, PHONE

# Differ by design: the time of day, and the random browser cookie with what signs it.
CHANGING = {"Date", "Expires", "Set-Cookie", "X-Request-ID"}


TYPED_CODE = re.compile(r'value="[0-9]{6}"')


def _seen(response: Any, phone: str) -> tuple[int, dict[str, str], str]:
    headers = {name: value for name, value in response.headers.items() if name not in CHANGING}
    text = pages.page_text(response).replace(phone, "PHONE").replace(mask_phone(phone), "MASKED")
    text = TYPED_CODE.sub("CODE", text)
    return response.status_code, headers, text


def _walk(browser: Client, phone: str) -> list[tuple[int, dict[str, str], str]]:
    """Everything that can be seen without the right code."""
    answers = [
        pages.post(browser, pages.SIGNUP, {"phone": phone}),
        browser.get(pages.VERIFY),
        pages.post(browser, pages.RESEND),
        browser.get(pages.VERIFY),
        pages.post(browser, pages.VERIFY, {"code": pages.wrong(pages.codes_sent_to(phone)[-1])}),
        pages.post(browser, pages.CHOOSE_PASSWORD, {"password": PASSWORD}),
        pages.post(browser, pages.SIGNUP, {"phone": phone}),
    ]
    return [_seen(answer, phone) for answer in answers]


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("G11", "login:F07")
def test_known_and_unknown_numbers_see_the_same_pages(
    person: User, new_browser: Callable[[], Client]
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        known = _walk(new_browser(), PHONE)
        unknown = _walk(new_browser(), OTHER_PHONE)
    assert known == unknown
    assert [status for status, _headers, _text in known] == [303, 200, 303, 200, 400, 303, 303]


@pytest.mark.requirement("G11", "login:F07")
def test_a_code_is_sent_and_paid_for_in_both_cases(person: User, new_browser: Callable[[], Client]) -> None:
    for phone in (PHONE, OTHER_PHONE):
        pages.start(new_browser(), phone)
    assert len(pages.codes_sent_to(PHONE)) == len(pages.codes_sent_to(OTHER_PHONE)) == 1
    assert OtpChallenge.objects.count() == OutboundMessage.objects.count() == 2


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("G11", "login:F07")
def test_the_same_statements_run_in_both_cases(person: User, new_browser: Callable[[], Client]) -> None:
    counts = []
    pages.start(new_browser(), "+97694112299")  # the counters that all numbers share come to be
    for phone in (PHONE, OTHER_PHONE):
        with CaptureQueriesContext(connection) as queries:
            pages.start(new_browser(), phone)
        counts.append(len(queries))
    assert counts[0] == counts[1] > 0


@pytest.mark.requirement("G11")
def test_the_holder_of_a_known_number_is_told_once_the_code_was_right(browser: Client, person: User) -> None:
    pages.prove_number(browser)
    page = browser.get(pages.CHOOSE_PASSWORD)
    assert page.status_code == 200
    assert "has an account already" in page.content.decode()
    assert PHONE not in page.content.decode()
    assert 'type="password"' not in page.content.decode()


@pytest.mark.requirement("G11")
def test_a_known_number_keeps_its_password_and_signs_nobody_in(browser: Client, person: User) -> None:
    pages.prove_number(browser)
    pages.post(browser, pages.CHOOSE_PASSWORD, {"password": "another long password"})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert not pages.is_signed_in(browser)


def test_the_login_page_knows_the_number_that_was_just_proven(browser: Client, person: User) -> None:
    pages.prove_number(browser)
    assert f'value="{PHONE}"' in browser.get(pages.LOGIN).content.decode()
    assert pages.sign_in(browser).status_code == 303
    assert pages.is_signed_in(browser)

"""Signing in by code and forgotten passwords say nothing about who has an account (G11, F07)."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from accounts_app.services import create_person, deactivate
from core_app.events import Event
from messaging_app.models import OutboundMessage
from otp_app.models import OtpChallenge
from tests.answers import statements_of_the_answer
from tests.phone_auth import pages
from tests.phone_auth.pages import OTHER_PHONE, PASSWORD, PHONE
from tests.phone_auth.test_known_numbers import CHANGING

WAYS = [pages.CODE_LOGIN, pages.RESET]
SHUT_PHONE = "+97689112255"
FIRST_PHONE = "+97694112299"
Seen = tuple[int, dict[str, str], str]


def _seen(response: Any, phone: str) -> Seen:
    headers = {name: value for name, value in response.headers.items() if name not in CHANGING}
    text = pages.page_text(response).replace(phone, "PHONE").replace(mask_phone(phone), "MASKED")
    return response.status_code, headers, text


def _walk(browser: Client, way: str, phone: str) -> list[tuple[Seen, int]]:
    """Everything that can be seen without the right code, and how many statements each answer took."""
    guess = "1" * (8 if way == pages.RESET else 6)
    steps: list[Callable[[], Any]] = [
        lambda: pages.post(browser, way, {"phone": phone}),
        lambda: browser.get(f"{way}verify/"),
        lambda: pages.post(browser, f"{way}resend/"),
        lambda: browser.get(f"{way}verify/"),
        lambda: pages.post(browser, f"{way}verify/", {"code": guess}),
        lambda: pages.post(browser, way, {"phone": phone}),
        lambda: pages.post(browser, f"{way}verify/", {"code": guess}),
        lambda: pages.post(browser, f"{way}verify/", {"code": guess}),
        lambda: pages.post(browser, f"{way}verify/", {"code": guess}),
        lambda: pages.post(browser, way, {"phone": phone}),
    ]
    answers = []
    for step in steps:
        with statements_of_the_answer() as queries:
            answer = step()
        answers.append((_seen(answer, phone), len(queries)))
    return answers


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("G11", "login:F07")
@pytest.mark.parametrize("way", WAYS)
def test_known_unknown_and_shut_numbers_see_the_same_pages_for_the_same_work(
    person: User, new_browser: Callable[[], Client], way: str
) -> None:
    deactivate(user=create_person(phone=SHUT_PHONE, password=PASSWORD, phone_proven_at=timezone.now()))
    with time_machine.travel(timezone.now(), tick=False):
        _walk(new_browser(), way, FIRST_PHONE)  # the counters that all numbers share come to be
        known, unknown, shut = (
            _walk(new_browser(), way, phone) for phone in (PHONE, OTHER_PHONE, SHUT_PHONE)
        )
    assert [seen for seen, _work in known] == [seen for seen, _work in unknown]
    assert [seen for seen, _work in known] == [seen for seen, _work in shut]
    assert [work for _seen, work in unknown] == [work for _seen, work in shut]
    # Delivery marks a sent message and an expired one differently; that is not the request's work with a worker.
    assert [work for _seen, work in known][1:2] == [work for _seen, work in unknown][1:2]
    assert [seen[0] for seen, _work in known] == [303, 200, 303, 200, 400, 303, 400, 429, 429, 303]


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("G11", "login:F07")
@pytest.mark.parametrize("way", WAYS)
def test_with_a_worker_the_same_statements_run_for_known_and_unknown_numbers(
    person: User, new_browser: Callable[[], Client], settings: Any, way: str
) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    with time_machine.travel(timezone.now(), tick=False):
        _walk(new_browser(), way, FIRST_PHONE)
        known, unknown = (_walk(new_browser(), way, phone) for phone in (PHONE, OTHER_PHONE))
    assert [work for _seen, work in known] == [work for _seen, work in unknown]


@pytest.mark.requirement("G11", "G08")
@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_number_gets_no_sms_but_leaves_the_same_rows(
    person: User, new_browser: Callable[[], Client], way: str, events: list[Event]
) -> None:
    for phone in (PHONE, OTHER_PHONE):
        pages.post(new_browser(), way, {"phone": phone})
    assert len(pages.codes_sent_to(PHONE)) == 1
    assert pages.codes_sent_to(OTHER_PHONE) == []
    assert OtpChallenge.objects.count() == OutboundMessage.objects.count() == 2
    silent = OutboundMessage.objects.get(purpose__endswith=".silent")
    assert silent.expires_at is not None
    assert silent.expires_at <= timezone.now()
    assert (silent.sent_at, silent.attempts) == (None, 0)
    assert [event.outcome for event in events if event.name == "otp.sent"] == ["success", "refused"]


@pytest.mark.requirement("G11")
def test_nobody_is_signed_in_by_guessing_the_code_of_an_unknown_number(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otp_app.sending.new_code", lambda digits: "4" * digits)
    pages.post(browser, pages.CODE_LOGIN, {"phone": OTHER_PHONE})
    assert pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": "444444"}).status_code == 400
    pages.post(browser, pages.RESET, {"phone": OTHER_PHONE})
    assert pages.post(browser, pages.RESET_VERIFY, {"code": "44444444"}).status_code == 400
    assert not pages.is_signed_in(browser)
    assert not User.objects.exists()

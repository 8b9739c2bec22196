"""Nobody learns whether an address has an account: the same answers, for the same work (G11, F07)."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import deactivate
from core_app.events import Event
from messaging_app.models import OutboundMessage
from otp_app.models import OtpChallenge
from tests.addresses import unused_address
from tests.answers import statements_of_the_answer
from tests.email_auth import pages
from tests.email_auth.conftest import make_person
from tests.email_auth.pages import EMAIL, LOGIN, PASSWORD, RESET, SIGNUP, post
from tests.phone_auth.pages import page_text
from tests.phone_auth.test_known_numbers import CHANGING
from tests.work import Work, work_of_the_answer

NewBrowser = Callable[[], Client]
UNKNOWN, SHUT, FIRST = "not@example.com", "out@example.com", "one@example.com"

pytestmark = pytest.mark.requirement("G11", "login:F07")


def walk(browser: Client, way: str, email: str) -> list[tuple[Any, int]]:
    """Everything that can be seen without the right code, and how many statements each answer took."""
    guess = "1" * (8 if way == RESET else 6)
    steps: list[Callable[[], Any]] = [
        lambda: post(browser, way, {"email": email}),
        lambda: browser.get(f"{way}verify/"),
        lambda: post(browser, f"{way}resend/"),
        lambda: browser.get(f"{way}verify/"),
        *[lambda: post(browser, f"{way}verify/", {"code": guess})] * 4,
        lambda: post(browser, way, {"email": email}),
    ]
    answers = []
    for step in steps:
        with statements_of_the_answer() as queries:
            answer = step()
        headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
        seen = (answer.status_code, headers, page_text(answer).replace(email, "ADDRESS"))
        answers.append((seen, len(queries)))
    return answers


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("way", [SIGNUP, RESET])
def test_known_unknown_and_shut_addresses_see_the_same_pages_for_the_same_work(
    person: User, new_browser: NewBrowser, settings: Any, way: str
) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    deactivate(user=make_person(SHUT))
    with time_machine.travel(timezone.now(), tick=False):
        walk(new_browser(), way, FIRST)
        known, unknown, shut = (walk(new_browser(), way, email) for email in (EMAIL, UNKNOWN, SHUT))
    assert known == unknown
    assert known == shut


def test_an_unknown_address_gets_no_e_mail_but_leaves_the_same_rows(
    person: User, new_browser: NewBrowser, events: list[Event]
) -> None:
    for email in (EMAIL, UNKNOWN):
        pages.ask(new_browser(), RESET, email)
    assert pages.letters_to(UNKNOWN) == []
    assert OtpChallenge.objects.count() == OutboundMessage.objects.count() == 2
    assert [event.outcome for event in events if event.name == "otp.sent"] == ["success", "refused"]


def test_guessing_the_code_of_an_unknown_address_gives_nothing(
    browser: Client, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    monkeypatch.setattr("otp_app.sending.new_code", lambda digits: "4" * digits)
    post(browser, RESET, {"email": UNKNOWN})
    assert post(browser, f"{RESET}verify/", {"code": "44444444"}).status_code == 400
    assert post(browser, pages.RESET_PASSWORD, {"password": PASSWORD})["Location"] == RESET
    assert not User.objects.exists()


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("has_password", [True, False])
@pytest.mark.parametrize(("path", "fields"), [(LOGIN, {"password": PASSWORD}), (RESET, {}), (SIGNUP, {})])
def test_known_and_unknown_addresses_cost_the_same_work(
    transactional_db: None,
    settings: Any,
    hashes: list[str],
    path: str,
    fields: dict[str, str],
    has_password: bool,
) -> None:
    """Statements and hashes, which is where time could go: no clock is needed to compare them."""
    settings.MESSAGING_DELIVERY = "celery"

    def ask(email: str) -> tuple[int, Work]:
        client = Client(REMOTE_ADDR=unused_address())
        with work_of_the_answer(hashes) as work:
            answer = client.post(path, {"email": email, **fields})
        return answer.status_code, work

    with time_machine.travel(timezone.now(), tick=False):
        ask(FIRST)
        make_person(EMAIL, password="another password" if has_password else None)
        known, unknown = ask(EMAIL), ask(UNKNOWN)
    assert known == unknown
    assert known[1].hashes == (1 if path == LOGIN else 0)
    assert len(known[1].statements) > 5

"""A code that came too late, or to the wrong browser, was no guess: it locks nobody (F23)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from limits_app.models import FailureCount
from otp_app.models import OtpChallenge
from tests.phone_auth.pages import (
    CODE_LOGIN,
    CODE_LOGIN_VERIFY,
    PHONE,
    VERIFY,
    ask_for_code,
    is_signed_in,
    post,
    start,
    wrong,
)

NewBrowser = Callable[[], Client]

pytestmark = pytest.mark.requirement("F23", "G07")


def failures() -> set[int]:
    return set(FailureCount.objects.values_list("failures", flat=True))


def test_the_code_that_another_browser_has_replaced_locks_nobody(
    person: User, new_browser: NewBrowser
) -> None:
    early, late = new_browser(), new_browser()
    old = ask_for_code(early, CODE_LOGIN)
    with time_machine.travel(timezone.now() + timedelta(seconds=45)):
        new = ask_for_code(late, CODE_LOGIN)
        for _try in range(4):
            answer = post(early, CODE_LOGIN_VERIFY, {"code": old})
            assert answer.status_code == 400
            assert "no longer good" in answer.content.decode()
        assert failures() == {0}
        assert post(late, CODE_LOGIN_VERIFY, {"code": new}).status_code == 303
        assert is_signed_in(late)


def test_a_code_that_the_server_lost_locks_nobody(browser: Client) -> None:
    code = start(browser)
    challenge = OtpChallenge.objects.get()
    assert cache.delete(f"otp:{challenge.challenge_id}:{challenge.generation}"), "the server kept it there"
    for _try in range(4):
        assert post(browser, VERIFY, {"code": code}).status_code == 400
    assert failures() == {0}


@pytest.mark.requirement("login:F11")
def test_what_was_no_guess_forgives_no_guess_either(person: User, new_browser: NewBrowser) -> None:
    guesser, early, late = new_browser(), new_browser(), new_browser()
    old = ask_for_code(early, CODE_LOGIN)
    with time_machine.travel(timezone.now() + timedelta(seconds=45)):
        code = ask_for_code(late, CODE_LOGIN)
        for _guess in range(2):
            assert post(late, CODE_LOGIN_VERIFY, {"code": wrong(code)}).status_code == 400
        post(early, CODE_LOGIN_VERIFY, {"code": old})
        assert FailureCount.objects.get(kind="account").failures == 2
        post(guesser, "/login/", {"phone": PHONE, "password": "not this one"})
        assert post(late, CODE_LOGIN_VERIFY, {"code": code}).status_code == 429

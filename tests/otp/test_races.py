"""Everybody at once: with real threads, each on a connection of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from core_app.errors import AppError
from messaging_app.gateways import memory
from otp_app import links
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.services import Challenge, issue
from tests.messaging.threads import at_once, in_thread
from tests.otp.conftest import BROWSER, PHONE, another_code, code_on_the_phone, enter

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]

ask = partial(issue, purpose=Purpose.LOGIN, address=PHONE, binding=BROWSER, language="en")


def outcome_of(work: Callable[[], object]) -> str:
    """ "ok", or the name of the refusal; anything else fails the test."""
    try:
        work()
    except AppError as error:
        return type(error).__name__
    return "ok"


def outcomes(works: Sequence[Callable[[], object]]) -> Counter[str]:
    return Counter(at_once([partial(outcome_of, work) for work in works]))


def stored() -> OtpChallenge:
    return in_thread(OtpChallenge.objects.get)


@pytest.mark.requirement("G03")
def test_of_twenty_right_codes_at_once_one_is_accepted() -> None:
    for _round in range(3):
        challenge = in_thread(ask)
        code = code_on_the_phone()
        results = outcomes([partial(enter, challenge, code)] * 20)
        assert results["ok"] == 1
        assert set(results) <= {"ok", "OtpExpired", "OtpExhausted"}
        assert stored().consumed_at is not None
        in_thread(OtpChallenge.objects.all().delete)


@pytest.mark.requirement("G04")
def test_of_fifty_wrong_codes_at_once_three_are_looked_at() -> None:
    challenge = in_thread(ask)
    code = code_on_the_phone()
    results = outcomes([partial(enter, challenge, another_code(code))] * 50)
    assert results["ok"] == 0
    assert set(results) <= {"OtpWrong", "OtpExhausted"}
    assert results["OtpWrong"] <= 2, "the third says that it was the last"
    assert stored().attempts == 3
    assert outcome_of(lambda: in_thread(partial(enter, challenge, code))) == "OtpExhausted"


@pytest.mark.requirement("G04", "G03")
def test_a_right_code_among_wrong_ones_gets_in_once_or_not_at_all() -> None:
    challenge = in_thread(ask)
    code = code_on_the_phone()
    tries = [partial(enter, challenge, code)] * 5 + [partial(enter, challenge, another_code(code))] * 15
    results = outcomes(tries)
    assert results["ok"] <= 1
    assert stored().attempts <= 3


@pytest.mark.requirement("G08", "R18")
def test_one_form_submitted_twenty_times_at_once_is_one_message() -> None:
    challenges: list[Challenge] = at_once([ask] * 20)
    assert len({challenge.id for challenge in challenges}) == 1
    assert len(memory.delivered) == 1


@pytest.mark.requirement("G08", "G06")
def test_twenty_sessions_at_once_are_one_message() -> None:
    results = outcomes([partial(ask, binding=f"session {number}") for number in range(20)])
    assert results == {"ok": 1, "ResendTooSoon": 19}
    assert len(memory.delivered) == 1


@pytest.mark.requirement("login:F12")
def test_of_twenty_who_use_one_link_or_its_code_at_once_one_has_it() -> None:
    tokens: list[str] = []

    def link_to(token: str) -> str:
        tokens.append(token)
        return token

    to = partial(issue, purpose=Purpose.RESET, address="bat@example.com", binding=BROWSER)
    in_thread(partial(to, link_to=link_to))
    use = partial(links.use, tokens[0], purpose=Purpose.RESET)
    results = outcomes([use] * 20)
    assert results == {"ok": 1, "LinkGone": 19}
    assert stored().consumed_at is not None

"""Codes, passwords and SMS under twenty and fifty requests at once, over HTTP: no limit gives way."""

import random
from collections import Counter
from pathlib import Path

import pytest

from accounts_app.identifiers import mask_phone
from scripts.live_server import LiveServer
from tests.faults.fake_gateway import FakeGateway
from tests.races.at_once import Answer, Post, send_at_once
from tests.races.conftest import PASSWORD
from tests.races.invariants import assert_limits, read_invariants
from tests.races.phone_app import address, api_post, call, enter_number, open_page, register

pytestmark = pytest.mark.race

# What the answers to a check may be when it was really made: all others were turned away before.
CHECKED_CODE = {"otp_wrong", "otp_exhausted"}
LIMIT = 3
# The record knows only the last two digits of a number: numbers of tests that read it end in two of their own.
COMPARED = """
import json
from obligations_app.models import OAuthTokenLog
rows = OAuthTokenLog.objects.filter(subject="%s")
print(json.dumps({name: rows.filter(event="otp." + name).count() for name in ("verified", "failed")}))
"""


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def codes(answers: list[Answer]) -> Counter[str]:
    return Counter(answer.payload.get("code", "ok") for answer in answers)


def noted(path: Path, beginning: str) -> list[str]:
    """The passwords of this beginning that the server has hashed or checked."""
    return [line for line in path.read_text().splitlines() if line.startswith(beginning)]


def no_surprise(answers: list[Answer]) -> None:
    assert [answer for answer in answers if answer.status >= 500] == []


@pytest.mark.requirement("G03", "F22")
@pytest.mark.parametrize("times", [20, 50])
def test_of_many_right_codes_at_once_one_is_taken(
    phones: LiveServer, vendor: FakeGateway, times: int
) -> None:
    phone = f"+976880010{times}"
    session = register(phones, phone, address(times))
    code = vendor.code_for(phone)
    posts = [
        api_post("verify-otp", address(1000 + number), session_id=session, code=code)
        for number in range(times)
    ]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    winners = [answer.payload for answer in answers if answer.status == 200]
    assert winners == [{"session_id": session, "next_step": "set_password"}]
    assert call(phones, "verify-otp", address(times), session_id=session, code=code).status != 200
    assert len(vendor.carried_to(phone)) == 1


@pytest.mark.requirement("G03", "R18")
@pytest.mark.parametrize("times", [20, 50])
def test_of_many_right_codes_at_once_on_the_page_one_is_taken(
    phones: LiveServer, vendor: FakeGateway, times: int
) -> None:
    """Whoever pressed the button twice is led on; the code itself is used up once."""
    phone = f"+976880170{70 + times // 25}"
    page = enter_number(phones, phone, address(1500 + times))
    code = vendor.code_for(phone)
    posts = [page.post(address(1600 + number), phones.url, code=code) for number in range(times)]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert 303 in {answer.status for answer in answers}
    assert {answer.status for answer in answers} <= {303, 400, 429}
    told = read_invariants(phones, COMPARED % mask_phone(phone))
    assert told == {"verified": 1, "failed": 0}
    assert_limits(phones)


@pytest.mark.requirement("G04", "login:F08", "F23")
@pytest.mark.parametrize("times", [20, 50])
def test_of_many_wrong_codes_at_once_no_more_than_the_limit_are_compared(
    phones: LiveServer, vendor: FakeGateway, times: int
) -> None:
    phone = f"+976880020{times}"
    page = enter_number(phones, phone, address(2000 + times))
    code = vendor.code_for(phone)
    posts = [page.post(address(3000 + number), phones.url, code=wrong(code)) for number in range(times)]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert {answer.status for answer in answers} <= {400, 429}
    assert sum(answer.status == 400 for answer in answers) <= LIMIT
    (after,) = send_at_once(phones.port, [page.post(address(2999), phones.url, code=code)])
    assert after.status == 429, "the right one comes too late"
    assert_limits(phones)


@pytest.mark.requirement("G03", "G04")
def test_a_right_code_hidden_among_fifty_wrong_ones_is_found_by_no_more_than_the_limit(
    phones: LiveServer, vendor: FakeGateway
) -> None:
    for turn in range(3):
        phone = f"+976880030{81 + turn}"
        page = enter_number(phones, phone, address(4000 + turn))
        code = vendor.code_for(phone)
        tries = [wrong(code)] * 49
        tries.insert(random.randrange(50), code)
        posts = [page.post(address(4100 + n), phones.url, code=text) for n, text in enumerate(tries)]
        answers = send_at_once(phones.port, posts)
        no_surprise(answers)
        statuses = [answer.status for answer in answers]
        told = read_invariants(phones, COMPARED % mask_phone(phone))
        assert told["verified"] + told["failed"] <= LIMIT
        assert told["verified"] == (303 in statuses)
        # Once the right one is taken, what still comes is compared with nothing: whoever it is is led on, or told that
        # no code is under way (400). Where it was not taken, a 400 is a code that was compared.
        assert told["verified"] or statuses.count(400) <= told["failed"]
    assert_limits(phones)


@pytest.mark.requirement("G04", "R18")
def test_one_session_takes_one_step_at_a_time(phones: LiveServer, vendor: FakeGateway) -> None:
    phone = "+97688003900"
    session = register(phones, phone, address(4900))
    code = vendor.code_for(phone)
    posts = [
        api_post("verify-otp", address(4910 + number), session_id=session, code=wrong(code))
        for number in range(50)
    ]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert {answer.status for answer in answers} <= {400, 409, 429}
    assert 1 <= sum(codes(answers)[name] for name in CHECKED_CODE) <= LIMIT
    assert_limits(phones)


@pytest.mark.requirement("login:F08", "G16", "F23")
@pytest.mark.parametrize("times", [20, 50])
def test_of_many_passwords_at_once_no_more_than_the_limit_are_checked(
    phones: LiveServer, checked_passwords: Path, times: int
) -> None:
    """By the JSON flow and by the page, side by side: one account, one count."""
    phone = f"+976880040{times}"
    phones.manage("create_person", "--phone", phone, "--password", PASSWORD)
    sessions = [register(phones, phone, address(5000 + number)) for number in range(times // 2)]
    login = open_page(phones, "/login/")
    posts: list[Post] = []
    for number, session in enumerate(sessions):
        guess = f"wrong horse {times} {number}"
        posts.append(api_post("login", address(5100 + number), session_id=session, password=guess))
        posts.append(login.post(address(5200 + number), phones.url, phone=phone, password=guess))
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert {answer.status for answer in answers} <= {400, 409, 429}
    assert 1 <= len(noted(checked_passwords, f"wrong horse {times} ")) <= LIMIT
    for _ in range(LIMIT):
        call(phones, "login", address(5998), session_id=session, password=f"wrong horse {times} afterwards")
    assert len(noted(checked_passwords, f"wrong horse {times} ")) == LIMIT
    before = noted(checked_passwords, PASSWORD)
    assert call(phones, "login", address(5999), session_id=sessions[0], password=PASSWORD).status == 429
    assert noted(checked_passwords, PASSWORD) == before, "the right one is not even looked at"
    assert_limits(phones)


@pytest.mark.requirement("login:F08", "login:F11", "F23")
def test_fifty_accounts_guessed_at_from_one_address_give_it_no_more_than_the_limit(
    phones: LiveServer, checked_passwords: Path
) -> None:
    phone = "+97688005001"
    phones.manage("create_person", "--phone", phone, "--password", PASSWORD)
    guesser = address(6000)
    login = open_page(phones, "/login/")
    guess = "the same word everywhere"
    posts = [
        login.post(guesser, phones.url, phone=f"+97688005{number:03}", password=guess)
        for number in range(2, 52)
    ]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert {answer.status for answer in answers} <= {400, 429}
    assert len(noted(checked_passwords, guess)) == LIMIT
    owner = register(phones, phone, address(6001))
    assert call(phones, "login", address(6001), session_id=owner, password=PASSWORD).status == 200


@pytest.mark.requirement("G08", "R18")
@pytest.mark.parametrize("times", [20, 50])
def test_one_number_named_many_times_at_once_gets_one_message(
    phones: LiveServer, vendor: FakeGateway, times: int
) -> None:
    phone = f"+976880060{times}"
    posts = [api_post("register", address(7000 + number), mobile_number=phone) for number in range(times)]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert sum(answer.status == 200 for answer in answers) == 1
    assert all(answer.status == 429 and answer.payload["code"] for answer in answers if answer.status != 200)
    vendor.code_for(phone)
    assert len(vendor.carried_to(phone)) == 1


@pytest.mark.requirement("G08", "G06")
def test_fifty_numbers_named_at_once_from_one_address_get_no_more_than_its_share(
    phones: LiveServer, vendor: FakeGateway
) -> None:
    numbers = [f"+976881{number:02}007" for number in range(50)]
    posts = [api_post("register", address(8000), mobile_number=phone) for phone in numbers]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert sum(answer.status == 200 for answer in answers) == 5, codes(answers)
    assert {answer.status for answer in answers} == {200, 429}
    vendor.wait_until(lambda: sum(len(vendor.carried_to(phone)) for phone in numbers) == 5)


@pytest.mark.requirement("G08", "G05")
def test_one_number_asked_for_in_every_way_at_once_gets_no_more_than_its_share(
    phones: LiveServer, vendor: FakeGateway
) -> None:
    """Each way has a pause of its own; the share of a number is for all of them together."""
    phone = "+97688007001"
    phones.manage("create_person", "--phone", phone, "--password", PASSWORD)
    pages = [open_page(phones, path) for path in ("/signup/", "/login/code/", "/password/forgot/")]
    posts = [pages[number % 3].post(address(9000 + number), phones.url, phone=phone) for number in range(48)]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    vendor.wait_until(lambda: len(vendor.carried_to(phone)) >= 1)
    assert len(vendor.carried_to(phone)) <= LIMIT


@pytest.mark.requirement("J06", "login:F08")
def test_twenty_sign_ups_of_one_number_finished_at_once_make_one_account(
    phones: LiveServer, vendor: FakeGateway
) -> None:
    phone = "+97688008001"
    session = register(phones, phone, address(9500))
    proven = call(phones, "verify-otp", address(9500), session_id=session, code=vendor.code_for(phone))
    assert proven.status == 200, proven
    posts = [
        api_post("set-password", address(9500), session_id=session, password=f"{PASSWORD} {number}")
        for number in range(20)
    ]
    answers = send_at_once(phones.port, posts)
    no_surprise(answers)
    assert sum(answer.status == 200 for answer in answers) == 1, codes(answers)
    winner = next(number for number, answer in enumerate(answers) if answer.status == 200)
    fresh = register(phones, phone, address(9501))
    for number in {winner, (winner + 1) % 20}:
        answer = call(phones, "login", address(9501), session_id=fresh, password=f"{PASSWORD} {number}")
        assert (answer.status == 200) is (number == winner)

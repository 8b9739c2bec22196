"""How often the flow lets itself be asked: the same locks as on the pages, and limits of its own."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts_app.models import User
from messaging_app.gateways import memory
from tests.phone_api.app import (
    DEVICE,
    PASSWORD,
    PHONE,
    PhoneApp,
    assert_problem,
    codes_sent_to,
    last_code,
    wrong,
)

HOUR = 3600
LIMIT = 3


def fail(phone_app: PhoneApp, times: int = LIMIT) -> None:
    """So many wrong passwords. The one that reaches the limit is told of the lock, as a problem and not as a page."""
    session_id = phone_app.begin()
    for left in reversed(range(times)):
        answer = phone_app.post("login", session_id=session_id, password="not this one")
        if left or times < LIMIT:
            assert_problem(answer, 400, "wrong_credentials", "password")
        else:
            assert_locked(answer)


def assert_locked(answer: Any) -> None:
    assert_problem(answer, 429, "too_many_attempts", *answer.json().get("errors", {}))
    assert HOUR - 10 <= int(answer["Retry-After"]) <= HOUR


@pytest.mark.requirement("F23", "G16", "login:F08")
def test_three_wrong_passwords_lock_the_number_for_every_way_in(
    new_app: Callable[[], PhoneApp], person: User
) -> None:
    waiting = new_app()
    session_id = waiting.begin()
    fail(new_app())
    assert_locked(waiting.post("login", session_id=session_id, password=PASSWORD))
    assert_locked(new_app().register())
    page = Client(REMOTE_ADDR="10.99.0.1").post("/login/", {"phone": PHONE, "password": PASSWORD})
    assert page.status_code == 429


@pytest.mark.requirement("F23", "G16")
def test_wrong_codes_lock_too_and_a_new_session_does_not_help(phone_app: PhoneApp) -> None:
    session_id = phone_app.begin()
    code = last_code()
    for _ in range(3):
        assert phone_app.post("verify-otp", session_id=session_id, code=wrong(code)).status_code in {400, 429}
    assert_locked(phone_app.post("verify-otp", session_id=session_id, code=code))
    assert_locked(phone_app.register())
    assert len(codes_sent_to(PHONE)) == 1


@pytest.mark.requirement("F23")
def test_the_address_is_locked_for_other_numbers_and_for_an_hour(phone_app: PhoneApp, person: User) -> None:
    with time_machine.travel("2027-01-04 09:00:00+00:00", tick=False) as clock:
        fail(phone_app)
        assert_locked(phone_app.register("+97688112255"))
        assert memory.delivered == type(memory.delivered)()
        clock.shift(HOUR + 1)
        assert phone_app.log_in().status_code == 200


@pytest.mark.requirement("F23")
def test_texts_that_are_no_numbers_count_as_failures_of_the_address(phone_app: PhoneApp) -> None:
    for _ in range(3):
        assert phone_app.register("12345678901").status_code == 400
    assert_locked(phone_app.register("12345678901"))
    assert_locked(phone_app.register())


@pytest.mark.requirement("login:F09")
def test_the_owner_s_device_gets_in_while_strangers_are_locked_out(new_app: Callable[[], PhoneApp]) -> None:
    new_app().sign_up(device_id=DEVICE)
    fail(new_app())
    assert_locked(new_app().register())
    assert_locked(new_app().register(device_id="device-of-a-stranger"))
    assert new_app().log_in(device_id=DEVICE).status_code == 200


@pytest.mark.requirement("login:F11")
def test_a_success_gives_no_more_guesses_at_others(new_app: Callable[[], PhoneApp], person: User) -> None:
    guesser = new_app()
    guesser.sign_up("+97688112266")
    for _ in range(2):
        fail(guesser, 1)
        assert guesser.log_in("+97688112266").status_code == 200
    assert_locked(guesser.log_in(PHONE, "not this one"))
    assert_locked(guesser.register("+97688112266"))


@pytest.mark.requirement("G08")
def test_one_address_may_name_only_so_many_numbers(phone_app: PhoneApp, settings: Any) -> None:
    settings.API_NUMBERS_PER_IP_PER_HOUR = 3
    for last in range(3):
        assert phone_app.register(f"+9768811230{last}").status_code == 200
    answer = phone_app.register("+97688112309")
    assert assert_problem(answer, 429, answer.json()["code"])
    assert 0 < int(answer["Retry-After"]) <= HOUR
    assert codes_sent_to("+97688112309") == []


def test_an_address_is_throttled(phone_app: PhoneApp, settings: Any) -> None:
    settings.API_CALLS_PER_IP_PER_MINUTE = 2
    with time_machine.travel("2027-01-04 09:00:30+00:00", tick=False):
        session_id = phone_app.begin()
        assert phone_app.post("set-password", session_id=session_id, password="x").status_code == 409
        answer = phone_app.post("set-password", session_id=session_id, password="x")
        assert_problem(answer, 429, "too_many_attempts")
        assert answer["Retry-After"] == "30"


@pytest.mark.usefixtures("standing_still")
def test_a_session_is_throttled_from_every_address(new_app: Callable[[], PhoneApp], settings: Any) -> None:
    settings.API_CALLS_PER_SESSION = 2
    session_id = new_app().begin()
    for _ in range(2):
        assert new_app().post("set-password", session_id=session_id, password="x").status_code == 409
    answer = new_app().post("set-password", session_id=session_id, password="x")
    assert_problem(answer, 429, "too_many_attempts")


@pytest.mark.requirement("G09")
def test_a_country_that_gets_no_sms_is_said_at_the_number(phone_app: PhoneApp, settings: Any) -> None:
    settings.SMS_COUNTRIES = ["IE"]
    assert_problem(phone_app.register(), 400, "invalid_phone", "mobile_number")
    assert codes_sent_to(PHONE) == []


@pytest.mark.requirement("R01")
def test_without_the_cache_everybody_is_asked_to_come_back(
    phone_app: PhoneApp, person: User, settings: Any
) -> None:
    session_id = phone_app.begin()
    nobody_listens = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nobody_listens}
    for answer in (
        phone_app.register(),
        phone_app.register("+97688112277"),
        phone_app.post("login", session_id=session_id, password=PASSWORD),
    ):
        assert_problem(answer, 503, "temporarily_unavailable")
        assert int(answer["Retry-After"]) > 0

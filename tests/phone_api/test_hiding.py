"""API_HIDES_ACCOUNTS: whoever asks about a number learns nothing, its owner signs in or up by code."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts_app.models import User
from tests.oauth import decode
from tests.phone_api.app import OTHER_PHONE, PHONE, PhoneApp, assert_problem, last_code

CHANGING = {"Date", "Expires", "X-Request-ID", "RateLimit"}


@pytest.fixture(autouse=True)
def hiding(settings: Any) -> None:
    settings.API_HIDES_ACCOUNTS = True


def seen(answer: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
    headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
    body = {name: value for name, value in answer.json().items() if name != "session_id"}
    return answer.status_code, headers, body


@pytest.mark.requirement("G11", "login:F07")
@pytest.mark.usefixtures("standing_still")
def test_known_and_unknown_numbers_are_answered_alike(new_app: Callable[[], PhoneApp], person: User) -> None:
    for number in (PHONE, OTHER_PHONE):
        assert new_app().register(number).json()["next_step"] == "otp"
    known, unknown = new_app(), new_app()
    # Asked twice in a row, also by another app: the cool-down is the same.
    assert seen(known.register(PHONE)) == seen(unknown.register(OTHER_PHONE))
    assert known.register(PHONE).status_code == 429


@pytest.mark.requirement("G11")
def test_a_page_s_sign_up_before_it_tells_nothing_either(
    new_app: Callable[[], PhoneApp], person: User
) -> None:
    for number in (PHONE, OTHER_PHONE):
        assert new_app().client.get("/signup/").status_code == 200
        assert new_app().register(number).status_code == 200


@pytest.mark.requirement("F21")
def test_the_owner_signs_in_by_code_and_a_new_person_signs_up(
    new_app: Callable[[], PhoneApp], person: User
) -> None:
    owner = new_app()
    session_id = owner.begin(PHONE)
    done = owner.post("verify-otp", session_id=session_id, code=last_code(PHONE))
    claims = decode(done.json()["access_token"])
    assert (claims["sub"], claims["amr"]) == (str(person.sub), ["sms"])
    assert "next_step" not in done.json()
    again = owner.post("verify-otp", session_id=session_id, code=last_code(PHONE))
    assert_problem(again, 400, "session_expired", "session_id")
    assert new_app().sign_up(OTHER_PHONE)["token_type"] == "Bearer"


def test_nobody_gets_as_far_as_a_password(phone_app: PhoneApp, person: User) -> None:
    answer = phone_app.post("login", session_id=phone_app.begin(PHONE), password="not this one")
    assert assert_problem(answer, 409, "wrong_step")["next_step"] == "otp"

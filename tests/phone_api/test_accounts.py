"""Accounts that are there, came to be or changed while a session of the flow was under way."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from accounts_app.models import User
from accounts_app.services import set_password
from sessions_app.models import Device, SsoSession
from tests.oauth import decode
from tests.phone_api.app import DEVICE, PASSWORD, PHONE, PhoneApp, assert_problem, last_code, wrong


def test_a_number_that_got_an_account_meanwhile_goes_on_with_its_password(
    new_app: Callable[[], PhoneApp],
) -> None:
    slow, fast = new_app(), new_app()
    with time_machine.travel("2027-01-04 09:00:00+00:00", tick=False) as clock:
        session_id = slow.prove()
        clock.shift(31)
        fast.sign_up()
        answer = slow.post("set-password", session_id=session_id, password="another good password")
        assert assert_problem(answer, 409, "phone_taken")["next_step"] == "password"
        wrong_one = slow.post("login", session_id=session_id, password="another good password")
        assert wrong_one.status_code == 400
        assert slow.post("login", session_id=session_id, password=PASSWORD).status_code == 200
    assert User.objects.filter(phone=PHONE).count() == 1


@pytest.mark.requirement("F43")
def test_an_app_that_names_its_device_is_recognised(new_app: Callable[[], PhoneApp]) -> None:
    new_app().sign_up(device_id=DEVICE)
    again = new_app()
    assert again.log_in(device_id=DEVICE).status_code == 200
    assert Device.objects.count() == 1
    header: Any = {"HTTP_DEVICE_ID": DEVICE}
    begun = again.client.post(
        "/api/register/", {"mobile_number": PHONE}, content_type="application/json", **header
    )
    again.post("login", session_id=begun.json()["session_id"], password=PASSWORD)
    assert Device.objects.count() == 1
    assert DEVICE not in str(list(Device.objects.values()))
    again.log_in()
    assert Device.objects.count() == 2


def test_a_password_set_meanwhile_ends_what_was_under_way(phone_app: PhoneApp) -> None:
    session_id = phone_app.choose_password()
    set_password(user=User.objects.get(phone=PHONE), password="the owner's new password")
    answer = phone_app.post("user-info", session_id=session_id)
    assert_problem(answer, 400, "session_expired", "session_id")
    assert not SsoSession.objects.exists()


def test_a_wrong_password_says_so(phone_app: PhoneApp, person: User) -> None:
    session_id = phone_app.begin()
    answer = phone_app.post("login", session_id=session_id, password="not this one")
    assert_problem(answer, 400, "wrong_credentials", "password")
    assert phone_app.post("login", session_id=session_id, password=PASSWORD).status_code == 200


@pytest.mark.requirement("B11")
def test_a_shut_account_gets_nothing(phone_app: PhoneApp, person: User) -> None:
    session_id = phone_app.begin()
    User.objects.filter(pk=person.pk).update(is_active=False)
    answer = phone_app.post("login", session_id=session_id, password=PASSWORD)
    assert_problem(answer, 400, "wrong_credentials", "password")
    User.objects.filter(pk=person.pk).update(is_active=True, must_change_password=True)
    answer = phone_app.post("login", session_id=session_id, password=PASSWORD)
    assert_problem(answer, 403, "account_refused")
    assert not SsoSession.objects.exists()


@pytest.mark.requirement("G03")
def test_a_wrong_code_leaves_the_session_and_says_how_many_tries_are_left(phone_app: PhoneApp) -> None:
    session_id = phone_app.begin()
    code = last_code()
    answer = phone_app.post("verify-otp", session_id=session_id, code=wrong(code))
    assert assert_problem(answer, 400, "otp_wrong", "code")["remaining"] == 2
    assert phone_app.post("verify-otp", session_id=session_id, code=code).status_code == 200
    assert_problem(phone_app.post("verify-otp", session_id=session_id, code=code), 409, "wrong_step")


def test_a_person_without_a_password_signs_in_by_code(phone_app: PhoneApp, person: User) -> None:
    person.set_unusable_password()
    person.save()
    begun = phone_app.register()
    assert begun.json()["next_step"] == "otp"
    done = phone_app.post("verify-otp", session_id=begun.json()["session_id"], code=last_code())
    assert decode(done.json()["access_token"])["amr"] == ["sms"]

"""Whoever has to set a new password is led to it by signing in, and gets nothing before."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import require_new_password
from core_app.events import Event
from messaging_app.gateways import memory
from sessions_app.models import SsoSession
from tests.phone_auth import pages
from tests.phone_auth.pages import PASSWORD, PHONE
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("login:F12")
NEW = "nine purple umbrellas"
WAY = "/password/forgot/?required=1&next=%2Faccount%2F"


def sign_in(browser: Client, password: str = PASSWORD) -> Any:
    fields = {"phone": PHONE, "password": password}
    return pages.post(browser, "/login/?next=/account/", fields)


def test_signing_in_leads_to_a_new_password_and_from_there_to_where_one_wanted_to_go(
    browser: Client, person: User
) -> None:
    require_new_password(user=person)
    answer = sign_in(browser)
    assert (answer.status_code, answer["Location"]) == (303, WAY)
    assert not pages.is_signed_in(browser)
    assert not SsoSession.objects.exists()
    page = browser.get(WAY)
    assert_is_sound(read(page))
    assert "needs a new password" in page.content.decode()
    pages.post(browser, WAY, {"phone": PHONE})
    (code,) = pages.codes_sent_to(PHONE)
    pages.post(browser, "/password/forgot/verify/?next=/account/", {"code": code})
    done = pages.post(browser, "/password/forgot/new/?next=/account/", {"password": NEW})
    assert done["Location"] == "/login/?next=%2Faccount%2F&prompt=login"
    assert sign_in(browser, NEW)["Location"] == "/account/"
    assert pages.is_signed_in(browser)


def test_a_code_by_sms_leads_there_as_well(browser: Client, person: User) -> None:
    require_new_password(user=person)
    code = pages.ask_for_code(browser, pages.CODE_LOGIN)
    answer = pages.post(browser, pages.CODE_LOGIN_VERIFY, {"code": code})
    assert answer["Location"].startswith("/password/forgot/?required=1")
    assert not pages.is_signed_in(browser)


def test_a_wrong_password_does_not_tell_of_it(browser: Client, person: User) -> None:
    require_new_password(user=person)
    answer = sign_in(browser, "not this one")
    assert answer.status_code == 400
    assert "new password" not in answer.content.decode()
    assert not memory.delivered


def test_requiring_it_ends_every_sign_in_and_is_told_once(
    browser: Client, person: User, events: list[Event]
) -> None:
    pages.sign_in(browser)
    assert require_new_password(user=person)
    assert not require_new_password(user=person)
    assert not pages.is_signed_in(browser)
    assert set(SsoSession.objects.values_list("end_reason", flat=True)) == {"credentials_changed"}
    assert [event.name for event in events].count("password.change_required") == 1


def test_an_operator_requires_it_of_people_who_have_one(
    browser: Client, new_browser: Callable[[], Client], person: User
) -> None:
    operator = User.objects.create(phone="+97688445566", phone_proven_at=timezone.now(), is_staff=True)
    operator.set_password(PASSWORD)
    operator.user_permissions.set(
        Permission.objects.filter(codename__in=["view_user", "require_new_password"])
    )
    operator.save()
    without = User.objects.create(phone="+97688445577", password="!")
    office = new_browser()
    pages.sign_in(office, phone=operator.phone or "")
    people = [person.pk, without.pk, operator.pk]
    fields = {"action": "require-password", "_selected_action": people, "confirmed": "yes"}
    page = office.post("/admin/accounts_app/user/", fields, follow=True)
    assert "1 person." in page.content.decode()
    required = User.objects.filter(must_change_password=True).values_list("pk", flat=True)
    assert list(required) == [person.pk]
    assert sign_in(browser)["Location"] == WAY

"""Closing an account: a fresh sign-in and a tick end everything at once; a link opens it again, once, in time."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import AccountClosure, User
from accounts_app.services import deactivate, reactivate
from messaging_app.gateways import memory
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, introspect, refresh
from tests.operators import sign_in_operator
from tests.self_service.leaving import CLOSE, close, link_in_letter, link_in_sms
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("F28", "I04")
API = "/api/auth/deactivate/"


@pytest.fixture(autouse=True)
def empty_gateway(server: None) -> None:
    memory.clear()


def post_json(client: Client, **fields: Any) -> Any:
    return client.post(API, json.dumps(fields), content_type="application/json")


def is_signed_in(browser: OAuthBrowser) -> bool:
    return bool(browser.client.get("/account/").status_code == 200)


@pytest.mark.requirement("B11", "C12")
def test_closing_ends_every_sign_in_and_token_at_once_and_says_so(
    browser_of_somebody: OAuthBrowser,
    second_browser: OAuthBrowser,
    app: object,
    api: tuple[str, str],
    somebody: User,
) -> None:
    tokens = second_browser.tokens(scope="openid offline_access")
    page = browser_of_somebody.client.get(CLOSE)
    text = " ".join(page.content.decode().split())
    assert_is_sound(read(page))
    assert "You are signed out on 2 devices, this one too." in text
    assert "Notes cannot use your account any more." in text
    answer = close(browser_of_somebody.client)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert_is_sound(read(answer))
    assert "Your account is closed" in answer.content.decode()
    assert not is_signed_in(browser_of_somebody)
    assert not is_signed_in(second_browser)
    assert refresh(Client(), tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}
    assert not SsoSession.objects.filter(ended_at__isnull=True).exists()
    person = User.objects.get(pk=somebody.pk)
    assert person.delete_after is not None
    assert person.delete_after - timezone.now() > timedelta(days=29)
    entry = OAuthTokenLog.objects.get(event="person.deactivated")
    assert (entry.user_id, entry.reason) == (somebody.pk, "by the person")


def test_the_notice_goes_to_address_and_number_and_its_link_opens_the_account_once(
    browser_of_somebody: OAuthBrowser, somebody: User, stranger: OAuthBrowser
) -> None:
    close(browser_of_somebody.client)
    path = link_in_letter()
    assert link_in_sms() == path
    assert mail.outbox[-1].to == ["oyun@example.com"]
    token = path.split("/")[-2]
    assert token not in json.dumps(list(AccountClosure.objects.values()), default=str)
    visitor = Client()
    assert_is_sound(read(visitor.get(path)))
    assert not User.objects.get(pk=somebody.pk).is_active, "looking changes nothing"
    opened = visitor.post(path)
    assert opened.status_code == 200
    assert_is_sound(read(opened))
    person = User.objects.get(pk=somebody.pk)
    assert (person.is_active, person.delete_after, person.deactivated_at) == (True, None, None)
    assert not is_signed_in(browser_of_somebody), "what has ended stays so"
    assert OAuthBrowser(Client()).sign_in(PHONE, PASSWORD)["Location"] == "/"
    for answer in (visitor.get(path), visitor.post(path)):
        assert answer.status_code == 400
        assert_is_sound(read(answer))
    entry = OAuthTokenLog.objects.get(event="person.reactivated")
    assert entry.reason == "by the person"


@pytest.mark.parametrize("path", ["/account/close/undo/made-up/", "/account/close/undo/" + "a" * 300 + "/"])
def test_a_made_up_link_opens_nothing(server: None, path: str) -> None:
    assert Client().post(path).status_code == 400


def test_after_the_grace_time_the_link_is_worthless(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    close(browser_of_somebody.client)
    path = link_in_letter()
    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1)):
        assert Client().post(path).status_code == 400
    assert not User.objects.get(pk=somebody.pk).is_active


def test_without_the_tick_or_a_fresh_sign_in_nothing_is_closed(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    client = browser_of_somebody.client
    page = client.post(CLOSE)
    assert page.status_code == 400
    assert_is_sound(read(page))
    assert "Tick the box first" in page.content.decode()
    for fields in ({}, {"confirm": False}, {"confirm": "yes"}):
        assert post_json(client, **fields).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        for answer in (client.get(CLOSE), close(client)):
            assert answer.status_code == 303
            assert answer["Location"] == "/login/?next=%2Faccount%2Fclose%2F&prompt=login"
        refused = post_json(client, confirm=True)
        assert (refused.status_code, refused.json()["code"]) == (403, "fresh_login_required")
    assert User.objects.get(pk=somebody.pk).is_active
    assert not AccountClosure.objects.exists()
    assert not memory.delivered


def test_by_json_it_is_the_same(browser_of_somebody: OAuthBrowser, somebody: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser_of_somebody.client.cookies
    assert post_json(strict, confirm=True).json()["code"] == "csrf_failed"
    assert post_json(Client(), confirm=True).status_code == 401
    answer = post_json(browser_of_somebody.client, confirm=True)
    assert answer.status_code == 200
    person = User.objects.get(pk=somebody.pk)
    assert person.delete_after is not None
    assert set(answer.json()) == {"closed_at", "delete_after"}
    assert not is_signed_in(browser_of_somebody)
    assert post_json(browser_of_somebody.client, confirm=True).status_code == 401


def test_an_operator_does_not_close_their_own_account(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    User.objects.filter(pk=somebody.pk).update(is_staff=True)
    for answer in (browser_of_somebody.client.get(CLOSE), close(browser_of_somebody.client)):
        assert answer.status_code == 409
        assert_is_sound(read(answer))
    answer = post_json(browser_of_somebody.client, confirm=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "operator_account")
    assert User.objects.get(pk=somebody.pk).is_active


def test_what_an_operator_shut_is_not_opened_by_the_link_and_keeps_its_day(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    close(browser_of_somebody.client)
    assert deactivate(user=somebody) is False, "it was shut already"
    assert Client().post(link_in_letter()).status_code == 400
    assert User.objects.get(pk=somebody.pk).delete_after is not None
    assert reactivate(user=somebody) is True
    assert User.objects.get(pk=somebody.pk).delete_after is None


@pytest.mark.requirement("L03")
def test_without_days_of_grace_no_link_is_sent(
    browser_of_somebody: OAuthBrowser, somebody: User, settings: Any
) -> None:
    settings.ACCOUNT_DELETION_DAYS = 0
    assert "It cannot be taken back." in browser_of_somebody.client.get(CLOSE).content.decode()
    assert "within the hour" in close(browser_of_somebody.client).content.decode()
    assert "/undo/" not in str(mail.outbox[-1].body) + memory.delivered[-1].text
    assert "within the hour" in str(mail.outbox[-1].body)


def test_who_takes_a_stolen_number_back_gets_a_closed_account_open_again(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    client = browser_of_somebody.client
    client.post("/account/phone/", {"phone": "+97688112277"})
    code = memory.delivered[-1].text.split("#")[1].split()[0]
    assert client.post("/account/phone/verify/", {"code": code}).status_code == 303
    undo = (
        next(sent.text for sent in memory.delivered if sent.to == PHONE).split("http://testserver")[1].strip()
    )
    close(client)
    assert not User.objects.get(pk=somebody.pk).is_active
    assert Client().post(undo).status_code == 200
    person = User.objects.get(pk=somebody.pk)
    assert (person.phone, person.is_active, person.delete_after) == (PHONE, True, None)
    assert not person.has_usable_password()


@pytest.mark.requirement("L05")
def test_operators_see_closed_accounts_and_open_one_for_who_lost_the_link(
    browser_of_somebody: OAuthBrowser, somebody: User, client: Client
) -> None:
    close(browser_of_somebody.client)
    closure = AccountClosure.objects.get()
    operator = sign_in_operator(client)
    path = "/admin/accounts_app/accountclosure/"
    page = operator.get(path).content.decode()
    assert "can be opened again" in page
    assert closure.undo_hash not in page
    done = operator.post(path, {"action": "open_again", "_selected_action": [str(closure.pk)]}, follow=True)
    assert "1 account opened again." in done.content.decode()
    assert User.objects.get(pk=somebody.pk).is_active
    entry = OAuthTokenLog.objects.get(event="person.reactivated")
    assert entry.reason.startswith("by operator")
    assert Client().post(link_in_letter()).status_code == 400

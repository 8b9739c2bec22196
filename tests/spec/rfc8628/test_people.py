"""RFC 8628 §5: who may decide about a device, how often a code may be guessed, and what ends an approval."""

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, RefreshToken
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, OAuthBrowser
from tests.spec.rfc8628.devices import ENTER, OTHER_PHONE, Television, consent_page, decide, enter, follow
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("feature:F04")


@pytest.mark.requirement("B12")
def test_only_the_browser_and_the_person_that_typed_the_code_can_decide(
    tv: Television, browser_of_somebody: OAuthBrowser, other_person: OAuthBrowser
) -> None:
    tv.ask()
    page = consent_page(browser_of_somebody, tv.codes["user_code"])
    request_id = parse_qs(urlsplit(page).query)["request"][0]
    for decision in ("allow", "deny"):
        other = other_person.client.post("/o/consent/", {"request": request_id, "decision": decision})
        assert other.status_code == 400
    assert other_person.client.get(f"/o/authorize/?request={request_id}").status_code == 400
    assert DeviceAuthorization.objects.get().state == "pending"
    # The same browser, another person: they have to type the code themselves.
    browser_of_somebody.client.post("/logout/")
    browser_of_somebody.sign_in(OTHER_PHONE, PASSWORD)
    answer = browser_of_somebody.client.get(f"/o/authorize/?request={request_id}")
    assert answer.status_code == 303
    assert answer["Location"] == ENTER
    assert DeviceAuthorization.objects.get().state == "pending"
    assert tv.error() == "authorization_pending"


@pytest.mark.requirement("B12")
def test_of_two_people_with_the_same_code_the_first_decides(
    tv: Television, browser_of_somebody: OAuthBrowser, other_person: OAuthBrowser, somebody: User
) -> None:
    tv.ask()
    theirs = consent_page(other_person, tv.codes["user_code"])
    decide(browser_of_somebody, tv.codes["user_code"])
    late = follow(other_person, other_person.consent(theirs))
    assert "This code does not work any more" in late.content.decode()
    assert tv.poll().status_code == 200
    assert RefreshToken.objects.get().user == somebody


@pytest.mark.requirement("B12")
def test_guessing_codes_ends_after_a_few_tries_for_a_person(
    tv: Television, browser_of_somebody: OAuthBrowser, other_person: OAuthBrowser
) -> None:
    tv.ask()
    answers = [enter(browser_of_somebody, f"BBBB-BBB{letter}") for letter in "BCDFGHJKLM"]
    assert {answer.status_code for answer in answers} == {400}
    refused = enter(browser_of_somebody, tv.codes["user_code"])
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert "You can try again in" in refused.content.decode()
    assert_is_sound(read(refused))
    assert enter(other_person, tv.codes["user_code"]).status_code == 303, "others are not shut out"


@pytest.mark.requirement("B12")
def test_guessing_codes_ends_for_an_address_whoever_is_signed_in(
    tv: Television, browser_of_somebody: OAuthBrowser, other_person: OAuthBrowser, settings: Settings
) -> None:
    settings.USER_CODE_TRIES_PER_ADDRESS = 3
    tv.ask()
    assert [enter(browser_of_somebody, "BBBB-BBBB").status_code for _ in range(3)] == [400, 400, 400]
    assert enter(other_person, tv.codes["user_code"]).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1), tick=False):
        tv.ask()
        other_person.sign_in(OTHER_PHONE, PASSWORD)
        assert enter(other_person, tv.codes["user_code"]).status_code == 303


@pytest.mark.requirement("B11", "B12")
@pytest.mark.parametrize("change", ["account", "session", "app", "grant"])
def test_nothing_is_given_when_something_ended_between_approval_and_tokens(
    tv: Television, browser_of_somebody: OAuthBrowser, somebody: User, tv_app: Application, change: str
) -> None:
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    if change == "account":
        User.objects.filter(pk=somebody.pk).update(is_active=False)
    elif change == "session":
        browser_of_somebody.client.post("/logout/")
        assert SsoSession.objects.get().ended_at is not None
    elif change == "app":
        tv_app.is_enabled = False
        tv_app.save()
    else:
        tv_app.grant_types = ["refresh_token"]
        tv_app.save()
    errors = {
        "account": "invalid_grant",
        "session": "access_denied",
        "app": "invalid_client",
        "grant": "unauthorized_client",
    }
    assert tv.poll().json()["error"] == errors[change]
    assert not RefreshToken.objects.exists()


@pytest.mark.requirement("B11", "B12")
def test_an_account_that_was_shut_meanwhile_approves_nothing(
    tv: Television, browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    tv.ask()
    page = consent_page(browser_of_somebody, tv.codes["user_code"])
    User.objects.filter(pk=somebody.pk).update(must_change_password=True)
    answer = follow(browser_of_somebody, browser_of_somebody.client.get(page))
    assert "The device was not connected" in answer.content.decode()
    assert tv.error() == "access_denied"
    assert OAuthTokenLog.objects.get(event="device.denied").reason == "password_change_required"


@pytest.mark.requirement("I04")
def test_signing_out_ends_the_device_s_tokens(tv: Television, browser_of_somebody: OAuthBrowser) -> None:
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    assert tv.poll().status_code == 200
    browser_of_somebody.client.post("/logout/")
    assert RefreshToken.objects.get().revoke_reason == "session_ended"


@pytest.mark.requirement("C14", "K03")
def test_taking_the_consent_back_stops_an_approved_device(
    tv: Television, browser_of_somebody: OAuthBrowser, tv_app: Application
) -> None:
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    page = f"/account/apps/{quote(str(tv_app.public_id))}/disconnect/"
    assert browser_of_somebody.client.post(page).status_code in {302, 303}
    assert tv.error() == "access_denied"

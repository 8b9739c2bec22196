"""What an attacker prepares in an account before its owner comes (Sudhodanan & Paverd 2022), with e-mail addresses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.claims import standard_claims
from accounts_app.models import User
from accounts_app.services import create_person, update_profile
from tests.email_auth import pages
from tests.email_auth.pages import CHANGE, EMAIL, NEW_PASSWORD, PASSWORD, RESET, SIGNUP, post
from tests.oauth import PHONE

NewBrowser = Callable[[], Client]

pytestmark = pytest.mark.requirement("J02", "F25")


@pytest.fixture
def attacker(new_browser: NewBrowser) -> Client:
    """Signed in by phone, with the victim's address typed into the profile."""
    browser = new_browser()
    mine = create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    update_profile(user=mine, email=EMAIL)
    post(browser, "/login/", {"phone": PHONE, "password": PASSWORD})
    return browser


def test_classic_the_owner_gets_an_account_of_their_own(attacker: Client, browser: Client) -> None:
    pages.sign_up(browser, password=NEW_PASSWORD)
    owner, other = User.objects.get(email_identifier=EMAIL), User.objects.get(phone=PHONE)
    assert owner.pk != other.pk
    assert owner.sub != other.sub
    assert standard_claims(other)["email_verified"] is False
    assert standard_claims(owner)["email_verified"] is True


def test_unexpired_session_a_sign_up_that_waits_has_no_part_in_the_owner_s(
    new_browser: NewBrowser, browser: Client
) -> None:
    attacker = new_browser()
    pages.ask(attacker, SIGNUP)
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        pages.sign_up(browser)
        for path, fields in ((f"{SIGNUP}verify/", {"code": pages.last_code()}), (pages.CHOOSE_PASSWORD, {})):
            post(attacker, path, {**fields, "password": NEW_PASSWORD})
        assert not pages.is_signed_in(attacker)
    assert User.objects.get().check_password(PASSWORD)


def test_trojan_identifier_an_unproven_address_neither_signs_in_nor_resets(
    attacker: Client, browser: Client, new_browser: NewBrowser
) -> None:
    assert pages.sign_in(new_browser()).status_code == 400
    pages.ask(new_browser(), RESET)
    assert pages.letters_to(EMAIL) == []


def test_unexpired_change_a_change_that_waits_cannot_take_the_owner_s_address(
    attacker: Client, browser: Client
) -> None:
    pages.ask(attacker, CHANGE)
    code = pages.last_code()
    pages.sign_up(browser)
    answer = post(attacker, f"{CHANGE}verify/", {"code": code})
    assert answer["Location"] == CHANGE
    assert "belongs to another account" in pages.text_of(attacker.get(CHANGE))
    assert User.objects.get(phone=PHONE).email_identifier is None


def test_the_victim_s_click_confirms_nothing_for_the_attacker(attacker: Client, browser: Client) -> None:
    pages.ask(attacker, CHANGE)
    for answer in (browser.get(pages.last_link()), post(browser, pages.last_link())):
        assert "Enter the code where you began" in pages.text_of(answer)
    assert User.objects.get(phone=PHONE).email_verified_at is None


def test_an_attacker_s_sign_up_is_not_completed_by_the_victim_s_click(
    new_browser: NewBrowser, browser: Client
) -> None:
    thief = new_browser()
    pages.ask(thief, SIGNUP)
    post(browser, pages.last_link())
    assert post(thief, pages.CHOOSE_PASSWORD, {"password": PASSWORD})["Location"] == f"{SIGNUP}verify/"
    assert not User.objects.exists()

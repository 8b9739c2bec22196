"""Somebody prepares an account with another person's number before that person comes (Sudhodanan & Paverd 2022).

One test per class of the paper. Nothing is usable before its proof, and nothing that was prepared outlives the proof.
What stands on an account before anybody has proven its number is in `test_first_proof.py`.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from tests.phone_auth.pages import (
    CHANGE,
    CHANGE_VERIFY,
    CHOOSE_PASSWORD,
    OTHER_PHONE,
    PASSWORD,
    PHONE,
    VERIFY,
    ask_for_code,
    codes_sent_to,
    is_signed_in,
    post,
    sign_in,
    sign_up,
    start,
    wrong,
)

NewBrowser = Callable[[], Client]
ATTACKERS_PASSWORD = "three patient wolves"

pytestmark = pytest.mark.requirement("J02")


def later() -> time_machine.travel:
    """Past the pause before another code to the same number."""
    return time_machine.travel(timezone.now() + timedelta(seconds=45))


@pytest.mark.requirement("G07")
def test_classic_merge_an_account_begun_with_an_unproven_number_is_no_account(
    new_browser: NewBrowser,
) -> None:
    attacker, victim = new_browser(), new_browser()
    start(attacker, PHONE)
    post(attacker, CHOOSE_PASSWORD, {"password": ATTACKERS_PASSWORD})
    post(attacker, VERIFY, {"code": wrong(codes_sent_to(PHONE)[-1])})
    assert not User.objects.filter(phone=PHONE).exists()
    with later():
        sign_up(victim, PHONE)
        assert sign_in(new_browser(), PHONE, ATTACKERS_PASSWORD).status_code == 400
        assert sign_in(new_browser(), PHONE, PASSWORD).status_code == 303


@pytest.mark.requirement("C13")
def test_unexpired_session_a_sign_up_that_waits_does_not_wake_in_the_owners_account(
    new_browser: NewBrowser,
) -> None:
    attacker, victim = new_browser(), new_browser()
    old_code = start(attacker, PHONE)
    with later():
        sign_up(victim, PHONE)
        for data in ({"code": old_code}, {"code": codes_sent_to(PHONE)[-1]}):
            assert post(attacker, VERIFY, data).status_code in {400, 429}
        post(attacker, CHOOSE_PASSWORD, {"password": ATTACKERS_PASSWORD})
        assert not is_signed_in(attacker)
        assert sign_in(new_browser(), PHONE, ATTACKERS_PASSWORD).status_code in {400, 429}
        assert is_signed_in(victim)


@pytest.mark.requirement("G15")
def test_trojan_identifier_a_number_one_only_asked_for_opens_nothing(new_browser: NewBrowser) -> None:
    attacker, victim = new_browser(), new_browser()
    sign_up(attacker, OTHER_PHONE, ATTACKERS_PASSWORD)
    ask_for_code(attacker, CHANGE, PHONE)
    assert sign_in(new_browser(), PHONE, ATTACKERS_PASSWORD).status_code == 400
    with later():
        sign_up(victim, PHONE)
    assert User.objects.get(phone=PHONE).pk != User.objects.get(phone=OTHER_PHONE).pk
    assert sign_in(new_browser(), PHONE, ATTACKERS_PASSWORD).status_code == 400


@pytest.mark.requirement("G15")
def test_unexpired_change_a_number_that_was_taken_meanwhile_stays_with_its_owner(
    new_browser: NewBrowser,
) -> None:
    attacker, victim = new_browser(), new_browser()
    sign_up(attacker, OTHER_PHONE, ATTACKERS_PASSWORD)
    code = ask_for_code(attacker, CHANGE, PHONE)
    with later():
        sign_up(victim, PHONE)
        owner = User.objects.get(phone=PHONE)
        post(attacker, CHANGE_VERIFY, {"code": code})
    assert User.objects.get(phone=PHONE).pk == owner.pk
    assert User.objects.filter(phone=OTHER_PHONE).count() == 1
    assert is_signed_in(victim)


@pytest.mark.requirement("J01")
def test_non_verifying_provider_an_address_one_only_typed_is_nobodys_proof(new_browser: NewBrowser) -> None:
    attacker, victim = new_browser(), new_browser()
    for browser, phone in ((attacker, OTHER_PHONE), (victim, PHONE)):
        sign_up(browser, phone)
        post(browser, "/signup/profile/", {"given_name": "Bat", "email": "victim@example.com"})
    people = list(User.objects.filter(email="victim@example.com"))
    assert len(people) == 2
    assert {person.email_verified_at for person in people} == {None}
    assert {person.email_identifier for person in people} == {None}
    assert sign_in(new_browser(), "victim@example.com", PASSWORD).status_code == 400

"""Whose account an identity opens: joined by an address only when both sides have verified it, or by its owner."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person, deactivate
from core_app.events import Event
from social_login_app.conf import conf
from social_login_app.models import SocialIdentity
from tests.oauth import PASSWORD
from tests.social.conftest import ADDRESS, CLICK, Browser, SetProviders, of_issuer
from tests.social.fake_issuer import FakeIssuer

NewBrowser = Callable[[], Browser]
VERIFIED = {"email": ADDRESS, "email_verified": True}
OTHER_PHONE = "+97699112234"
pytestmark = [pytest.mark.requirement("F27", "J02")]


def test_an_address_that_both_sides_have_verified_opens_the_account_that_is_there(
    acme: FakeIssuer, owner: User, browser: Browser, events: list[Event]
) -> None:
    acme.people["a1"] = {**VERIFIED, "email": "OYUN@Example.com"}
    browser.sign_in("acme", acme, "a1")
    assert browser.person() == owner
    linked = [event for event in events if event.name == "social.linked"]
    assert [(event.user_id, event.subject, event.reason) for event in linked] == [
        (owner.pk, acme.url, "verified_email")
    ]
    assert "person.signed_up" not in {event.name for event in events}
    letter = next(letter for letter in mail.outbox if "Acme" in letter.subject)
    assert letter.to == [ADDRESS]
    assert "Acme was connected" in letter.body


@pytest.mark.parametrize(
    "claims",
    [
        {"email": ADDRESS, "email_verified": False},
        {"email": ADDRESS},
        {"email": ADDRESS, "email_verified": "true"},
        {"email": ADDRESS, "email_verified": 1},
    ],
)
@pytest.mark.requirement("J01")
def test_non_verifying_provider_an_unverified_address_joins_nothing_and_is_taken_over_by_nobody(
    acme: FakeIssuer, owner: User, browser: Browser, claims: dict[str, object]
) -> None:
    acme.people["attacker"] = claims
    browser.sign_in("acme", acme, "attacker")
    stranger = browser.person()
    assert stranger is not None
    assert stranger != owner
    assert (stranger.email, stranger.email_identifier, stranger.email_verified_at) == ("", None, None)
    assert not owner.social_identities.exists()


def test_an_issuer_whose_word_the_operator_does_not_trust_verifies_nothing(
    issuer: FakeIssuer, set_providers: SetProviders, owner: User, browser: Browser
) -> None:
    set_providers(of_issuer(issuer, trusts_email=False))
    issuer.people["attacker"] = VERIFIED
    browser.sign_in("acme", issuer, "attacker")
    stranger = browser.person()
    assert stranger is not None
    assert stranger != owner
    assert stranger.email == ""


def test_classic_merge_an_address_that_a_squatter_only_typed_in_here_joins_nothing(
    acme: FakeIssuer, browser: Browser, server: None
) -> None:
    squatter = create_person(
        phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now(), email=ADDRESS
    )
    acme.people["a1"] = VERIFIED
    browser.sign_in("acme", acme, "a1")
    person = browser.person()
    assert person is not None
    assert person != squatter
    assert person.email_identifier == ADDRESS
    squatter.refresh_from_db()
    assert squatter.email_identifier is None
    assert squatter.email_verified_at is None


@pytest.mark.requirement("J01", "J04")
def test_the_same_address_with_another_subject_is_not_the_same_person(
    acme: FakeIssuer, owner: User, new_browser: NewBrowser
) -> None:
    acme.people |= {"a1": VERIFIED, "b2": VERIFIED}
    first, second = new_browser(), new_browser()
    first.sign_in("acme", acme, "a1")
    answer = second.sign_in("acme", acme, "b2")
    assert answer.status_code == 409
    assert second.person() is None
    assert [identity.subject for identity in owner.social_identities.all()] == ["a1"]


@pytest.mark.requirement("J01")
def test_the_same_address_at_two_issuers_is_one_person_only_because_both_vouch_for_it(
    issuer: FakeIssuer, other_issuer: FakeIssuer, set_providers: SetProviders, server: None,
    new_browser: NewBrowser,
) -> None:  # fmt: skip
    set_providers(of_issuer(issuer), of_issuer(other_issuer, id="beta", trusts_email=False))
    issuer.people["a1"] = other_issuer.people["a1"] = VERIFIED
    first, second = new_browser(), new_browser()
    first.sign_in("acme", issuer, "a1")
    second.sign_in("beta", other_issuer, "a1")
    assert first.person() != second.person()
    assert User.objects.filter(email_identifier=ADDRESS).count() == 1


def test_an_operators_account_is_joined_by_no_address(
    acme: FakeIssuer, owner: User, browser: Browser
) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    acme.people["a1"] = VERIFIED
    answer = browser.sign_in("acme", acme, "a1")
    assert answer.status_code == 409
    assert "Sign in to it another way" in answer.content.decode()
    assert browser.person() is None


def test_joining_by_address_can_be_turned_off(
    acme: FakeIssuer, owner: User, browser: Browser, settings: object
) -> None:
    settings.SOCIAL_LINK_BY_EMAIL = False  # type: ignore[attr-defined]
    acme.people["a1"] = VERIFIED
    assert browser.sign_in("acme", acme, "a1").status_code == 409
    assert not SocialIdentity.objects.exists()


def test_an_owner_connects_whatever_address_the_provider_knows(
    acme: FakeIssuer, owner: User, new_browser: NewBrowser, events: list[Event]
) -> None:
    acme.people["a1"] = {"email": "private@example.net", "email_verified": False}
    browser, another = new_browser(), new_browser()
    browser.sign_in_by_password()
    answer = browser.connect("acme", acme, "a1")
    assert (answer.status_code, answer["Location"]) == (303, "/account/social/")
    assert "You can sign in with Acme now." in browser.client.get("/account/social/").content.decode()
    another.sign_in("acme", acme, "a1")
    assert another.person() == owner
    owner.refresh_from_db()
    assert owner.email == ADDRESS
    assert [event.reason for event in events if event.name == "social.linked"] == ["signed_in"]


def test_unexpired_session_connecting_wants_a_sign_in_that_is_fresh(
    acme: FakeIssuer, owner: User, browser: Browser
) -> None:
    browser.sign_in_by_password()
    with time_machine.travel(timezone.now() + timedelta(seconds=conf.SOCIAL_FRESH_SECONDS + 5)):
        answer = browser.client.get("/account/social/acme/connect/", headers=CLICK)
        assert answer["Location"] == "/login/?next=%2Faccount%2Fsocial%2F&prompt=login"
    assert acme.asked == []


def test_connecting_cannot_be_started_by_another_site_or_a_stranger(
    acme: FakeIssuer, owner: User, new_browser: NewBrowser
) -> None:
    browser = new_browser()
    browser.sign_in_by_password()
    url = "/account/social/acme/connect/"
    assert browser.client.get(url, headers={"Sec-Fetch-Site": "cross-site"})["Location"] == "/account/social/"
    assert new_browser().client.get(url, headers=CLICK)["Location"].startswith("/login/")
    assert acme.asked == []


def test_an_identity_of_somebody_else_cannot_be_connected_as_well(
    acme: FakeIssuer, owner: User, new_browser: NewBrowser
) -> None:
    theirs, mine = new_browser(), new_browser()
    theirs.sign_in("acme", acme, "b2")
    mine.sign_in_by_password()
    answer = mine.connect("acme", acme, "b2")
    assert answer.status_code == 409
    assert SocialIdentity.objects.get().user == theirs.person()


def test_connecting_the_same_twice_is_no_error(acme: FakeIssuer, owner: User, browser: Browser) -> None:
    browser.sign_in_by_password()
    for _ in range(2):
        assert browser.connect("acme", acme, "a1").status_code == 303
    assert SocialIdentity.objects.count() == 1


@pytest.mark.requirement("J04", "J03")
def test_what_was_begun_to_connect_ends_with_the_sign_in_that_began_it(
    acme: FakeIssuer, owner: User, browser: Browser
) -> None:
    browser.sign_in_by_password()
    away = browser.client.get("/account/social/acme/connect/", headers=CLICK)
    answer = acme.approve(away["Location"], "a1")
    browser.client.post("/logout/")
    browser.sign_in("acme", acme, "somebody-else")
    assert browser.come_back("acme", answer).status_code == 400
    assert not SocialIdentity.objects.filter(subject="a1").exists()


@pytest.mark.requirement("J03")
def test_trojan_identity_an_attackers_answer_is_not_connected_to_the_victims_account(
    acme: FakeIssuer, owner: User, new_browser: NewBrowser
) -> None:
    victim, attacker = new_browser(), new_browser()
    victim.sign_in_by_password()
    attacker.sign_in("acme", acme, "other")
    away = attacker.client.get("/account/social/acme/connect/", headers=CLICK)
    answer = acme.approve(away["Location"], "attacker")
    assert victim.come_back("acme", answer).status_code == 400
    assert not owner.social_identities.exists()


@pytest.mark.requirement("I04", "J05")
def test_an_account_shut_while_its_owner_is_away_is_not_opened(
    acme: FakeIssuer, owner: User, browser: Browser
) -> None:
    browser.sign_in_by_password()
    away = browser.client.get("/account/social/acme/connect/", headers=CLICK)
    answer = acme.approve(away["Location"], "a1")
    deactivate(user=owner)
    assert browser.come_back("acme", answer).status_code == 400
    assert not SocialIdentity.objects.exists()

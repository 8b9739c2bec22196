"""Signing in through an OpenID Connect issuer: who gets an account, and what is in it."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts_app.models import User
from core_app.events import Event
from custom_scopes_and_policies_app.models import Application
from social_login_app.models import SocialIdentity
from tests.oauth import OAuthBrowser
from tests.social.conftest import Browser
from tests.social.fake_issuer import FakeIssuer

NewBrowser = Callable[[], Browser]
pytestmark = [pytest.mark.requirement("F27")]


@pytest.mark.requirement("J07")
def test_whoever_comes_first_gets_an_account_and_is_asked_for_nothing_else(
    acme: FakeIssuer, browser: Browser, events: list[Event]
) -> None:
    acme.people["a1"] = {
        "email": "Ann@Example.com",
        "email_verified": True,
        "name": "Ann Lee",
        "given_name": "Ann",
    }
    answer = browser.sign_in("acme", acme, "a1")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    person = User.objects.get()
    assert browser.person() == person
    assert (person.name, person.given_name, person.email) == ("Ann Lee", "Ann", "Ann@Example.com")
    assert person.email_identifier == "ann@example.com"
    assert person.email_verified_at is not None
    assert person.phone is None
    assert not person.has_usable_password()
    assert {"person.signed_up", "social.linked", "session.started"} <= {event.name for event in events}


def test_the_sign_in_says_that_it_came_from_elsewhere_and_is_one_factor(
    acme: FakeIssuer, browser: Browser
) -> None:
    browser.sign_in("acme", acme, "a1")
    session = browser.session()
    assert session is not None
    assert (session.amr, session.acr) == (["fed"], "aal1")


@pytest.mark.requirement("J01")
def test_the_same_subject_is_the_same_person_whatever_address_and_name_they_have_by_now(
    acme: FakeIssuer, new_browser: NewBrowser
) -> None:
    acme.people["a1"] = {"email": "ann@example.com", "email_verified": True, "name": "Ann"}
    new_browser().sign_in("acme", acme, "a1")
    acme.people["a1"] = {"email": "other@example.com", "email_verified": True, "name": "Anne"}
    second = new_browser()
    second.sign_in("acme", acme, "a1")
    person = User.objects.get()
    assert second.person() == person
    assert (person.email, person.name) == ("ann@example.com", "Ann")
    assert SocialIdentity.objects.get().label == "other@example.com"


@pytest.mark.requirement("J01")
def test_subjects_that_differ_by_case_are_two_people(acme: FakeIssuer, new_browser: NewBrowser) -> None:
    for subject in ("abc", "ABC"):
        new_browser().sign_in("acme", acme, subject)
    assert User.objects.count() == 2


def test_the_app_that_asked_gets_its_code(acme: FakeIssuer, app: Application, stranger: OAuthBrowser) -> None:
    login_url = stranger.authorize()["Location"]
    next_url = parse_qs(urlsplit(login_url).query)["next"][0]
    browser = Browser()
    browser.client = stranger.client
    answer = browser.sign_in("acme", acme, "a1", next=next_url)
    assert answer["Location"] == next_url
    assert stranger.client.get(next_url)["Location"].startswith("/o/consent/")


def test_a_next_address_of_another_host_is_not_followed(acme: FakeIssuer, browser: Browser) -> None:
    answer = browser.sign_in("acme", acme, "a1", next="https://evil.example/")
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "not an address", "email_verified": True},
        {"email": "a@b@c", "email_verified": True},
        {"email": f"{'a' * 250}@example.com", "email_verified": True},
        {"email": 7, "email_verified": True, "name": ["x"]},
        {"name": "\x00\u202e" + "x" * 500, "given_name": "y" * 500},
    ],
)
def test_odd_profiles_make_an_account_without_what_is_odd(
    acme: FakeIssuer, browser: Browser, claims: dict[str, object]
) -> None:
    acme.people["a1"] = claims
    assert browser.sign_in("acme", acme, "a1").status_code == 303
    person = User.objects.get()
    assert person.email == ""
    assert person.email_identifier is None
    assert "\x00" not in person.name
    assert len(person.name) <= 200


@pytest.mark.requirement("I08")
def test_another_site_cannot_send_somebody_through_they_are_asked_first(
    acme: FakeIssuer, browser: Browser
) -> None:
    page = browser.client.get(
        "/login/social/acme/", {"next": "/account/"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert page.status_code == 200
    assert acme.asked == []
    link = page.context["go_url"]
    away = browser.client.get(link, headers={"Sec-Fetch-Site": "none"})
    assert away["Location"].startswith(acme.url)
    other = Browser()
    assert other.client.get(link, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_whoever_is_signed_in_already_is_asked_again_by_the_provider(
    acme: FakeIssuer, browser: Browser
) -> None:
    browser.sign_in("acme", acme, "a1")
    first = browser.session()
    query = parse_qs(urlsplit(url := browser.leave("acme")).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    browser.come_back("acme", acme.approve(url, "a1"))
    again = browser.session()
    assert first is not None
    assert again is not None
    assert again.sid == first.sid
    assert again.auth_time > first.auth_time


def test_a_provider_that_did_not_ask_again_has_proven_nothing_new(acme: FakeIssuer, browser: Browser) -> None:
    browser.sign_in("acme", acme, "a1")
    acme.change_claims = lambda claims: claims.update(auth_time=claims["auth_time"] - 3600)
    answer = browser.come_back("acme", acme.approve(browser.leave("acme"), "a1"))
    assert answer.status_code == 400
    acme.change_claims = lambda claims: claims.__delitem__("auth_time")
    answer = browser.come_back("acme", acme.approve(browser.leave("acme"), "a1"))
    assert answer.status_code == 400


def test_somebody_else_who_signs_in_takes_the_browser_over(acme: FakeIssuer, browser: Browser) -> None:
    browser.sign_in("acme", acme, "a1")
    first = browser.session()
    browser.sign_in("acme", acme, "b2")
    assert first is not None
    first.refresh_from_db()
    assert first.ended_at is not None
    assert User.objects.count() == 2


def test_the_provider_is_asked_for_its_metadata_and_keys_once(
    acme: FakeIssuer, new_browser: NewBrowser
) -> None:
    for subject in ("a1", "b2"):
        new_browser().sign_in("acme", acme, subject)
    assert acme.paths().count("/.well-known/openid-configuration") == 1
    assert acme.paths().count("/jwks") == 1

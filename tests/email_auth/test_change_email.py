"""Another e-mail address, the first proof of one, and taking it back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import EmailChange, User
from accounts_app.services import create_person, update_profile
from core_app.events import Event
from messaging_app.gateways import memory
from tests.email_auth import pages
from tests.email_auth.conftest import make_person
from tests.email_auth.pages import CHANGE, EMAIL, LINK, OTHER_EMAIL, PASSWORD, post
from tests.oauth import PHONE

NewBrowser = Callable[[], Client]


def undo_path(text: str) -> str:
    found = [url for url in text.split() if "/undo/" in url]
    return pages.path_of(found[0])


def sign_in_by_phone(browser: Client) -> User:
    person = create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    post(browser, "/login/", {"phone": PHONE, "password": PASSWORD})
    return person


@pytest.mark.requirement("F25")
def test_a_new_address_is_proven_and_takes_the_old_one_s_place(
    browser: Client, new_browser: NewBrowser, person: User, events: list[Event]
) -> None:
    pages.sign_in(browser)
    answer = pages.prove(browser, CHANGE, OTHER_EMAIL)
    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    person.refresh_from_db()
    assert (person.email, person.email_identifier) == (OTHER_EMAIL, OTHER_EMAIL)
    assert pages.is_signed_in(browser)
    assert pages.sign_in(new_browser()).status_code == 400
    assert pages.sign_in(new_browser(), OTHER_EMAIL).status_code == 303
    assert [event.name for event in events if event.name.startswith("email.")] == ["email.changed"]
    assert OTHER_EMAIL not in str(events)


@pytest.mark.requirement("L09")
def test_the_old_address_is_told_with_a_way_back_and_the_new_one_is_not(
    browser: Client, person: User
) -> None:
    pages.sign_in(browser)
    pages.prove(browser, CHANGE, OTHER_EMAIL)
    (notice,) = pages.letters_to(EMAIL)
    assert "is now o•••@example.com" in notice
    assert undo_path(notice)
    assert len(pages.letters_to(OTHER_EMAIL)) == 1
    assert EmailChange.objects.get().undo_hash not in notice


@pytest.mark.requirement("C13", "L09")
def test_taking_it_back_ends_every_sign_in_and_the_password(
    browser: Client, new_browser: NewBrowser, person: User, events: list[Event]
) -> None:
    pages.sign_in(browser)
    pages.prove(browser, CHANGE, OTHER_EMAIL)
    link, owner = undo_path(pages.letters_to(EMAIL)[0]), new_browser()
    for _look in range(2):
        assert EMAIL in pages.text_of(owner.get(link))
    person.refresh_from_db()
    assert person.email == OTHER_EMAIL, "looking changes nothing"
    assert "is signed out everywhere" in pages.text_of(post(owner, link))
    person.refresh_from_db()
    assert (person.email, person.email_identifier) == (EMAIL, EMAIL)
    assert person.email_verified_at is not None
    assert not person.has_usable_password()
    assert not pages.is_signed_in(browser)
    assert post(owner, link).status_code == 400
    assert owner.get(link).status_code == 400
    assert "email.change_undone" in [event.name for event in events]
    pages.prove(owner, pages.RESET)
    assert post(owner, pages.RESET_PASSWORD, {"password": "of the owner again"}).status_code == 303


@pytest.mark.requirement("L09")
def test_of_two_changes_the_first_link_undoes_both(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pages.sign_in(browser)
        pages.prove(browser, CHANGE, OTHER_EMAIL)
        clock.shift(timedelta(seconds=31))
        pages.prove(browser, CHANGE, "third@example.com")
        first, second = undo_path(pages.letters_to(EMAIL)[0]), undo_path(pages.letters_to(OTHER_EMAIL)[-1])
        assert post(new_browser(), first).status_code == 200
        assert post(new_browser(), second).status_code == 400
    person.refresh_from_db()
    assert person.email == EMAIL


def test_after_three_days_it_stays(browser: Client, new_browser: NewBrowser, person: User) -> None:
    pages.sign_in(browser)
    pages.prove(browser, CHANGE, OTHER_EMAIL)
    with time_machine.travel(timezone.now() + timedelta(days=3, seconds=1)):
        assert post(new_browser(), undo_path(pages.letters_to(EMAIL)[0])).status_code == 400
    person.refresh_from_db()
    assert person.email == OTHER_EMAIL


@pytest.mark.requirement("H07", "G15")
def test_it_wants_a_fresh_sign_in(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        for answer in (browser.get(CHANGE), post(browser, CHANGE, {"email": OTHER_EMAIL})):
            assert answer["Location"] == "/login/?next=%2Faccount%2Femail%2F&prompt=login"
    assert mail.outbox == []


def test_strangers_sign_in_first(browser: Client, transactional_db: None) -> None:
    for url in (CHANGE, f"{CHANGE}verify/", f"{CHANGE}resend/"):
        assert browser.get(url)["Location"] == "/login/?next=%2Faccount%2Femail%2F"


@pytest.mark.requirement("F25")
def test_an_address_from_the_profile_is_proven_for_the_first_time(
    browser: Client, new_browser: NewBrowser, transactional_db: None, events: list[Event]
) -> None:
    somebody = sign_in_by_phone(browser)
    update_profile(user=somebody, email="Bat@Example.com")
    page = pages.text_of(browser.get(CHANGE))
    assert 'value="Bat@Example.com"' in page
    assert "not confirmed yet" in page
    pages.prove(browser, CHANGE)
    assert len(pages.letters_to(EMAIL)) == 1, "no notice to the address itself"
    somebody.refresh_from_db()
    assert (somebody.email, somebody.email_identifier) == (EMAIL, EMAIL)
    assert [event.name for event in events if event.name.startswith("email.")] == ["email.verified"]
    assert pages.sign_in(new_browser())["Location"] == "/"


@pytest.mark.requirement("L09")
def test_a_first_address_is_told_by_sms_and_can_be_taken_away(
    browser: Client, new_browser: NewBrowser, transactional_db: None
) -> None:
    somebody = sign_in_by_phone(browser)
    pages.prove(browser, CHANGE)
    notice = memory.delivered[-1]
    assert notice.to == PHONE
    link = undo_path(notice.text)
    assert "loses" in pages.text_of(new_browser().get(link))
    assert post(new_browser(), link).status_code == 200
    somebody.refresh_from_db()
    assert (somebody.email, somebody.email_identifier, somebody.email_verified_at) == ("", None, None)
    assert not somebody.has_usable_password()
    assert not pages.is_signed_in(browser)


@pytest.mark.requirement("I08", "J02")
def test_the_link_confirms_only_in_the_sign_in_that_began(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    pages.sign_in(browser)
    pages.ask(browser, CHANGE, OTHER_EMAIL)
    link, stranger, owner = pages.last_link(OTHER_EMAIL), new_browser(), new_browser()
    pages.sign_in(owner)
    for client in (stranger, owner):
        for answer in (client.get(link), post(client, link)):
            assert "Enter the code where you began" in pages.text_of(answer)
    person.refresh_from_db()
    assert person.email == EMAIL
    assert "gets the address" in pages.text_of(browser.get(link))
    assert post(browser, link)["Location"] == "/account/"
    person.refresh_from_db()
    assert person.email == OTHER_EMAIL
    assert post(browser, link).status_code == 400


@pytest.mark.requirement("A12", "C15")
def test_somebody_else_who_signs_in_meanwhile_does_not_get_the_address(browser: Client, person: User) -> None:
    third = make_person("third@example.com")
    pages.sign_in(browser)
    pages.ask(browser, CHANGE, OTHER_EMAIL)
    pages.sign_in(browser, "third@example.com")
    answer = post(browser, f"{CHANGE}verify/", {"code": pages.last_code(OTHER_EMAIL)})
    assert answer["Location"] == CHANGE
    assert "Enter the code where you began" in pages.text_of(post(browser, pages.last_link(OTHER_EMAIL)))
    for somebody in (person, third):
        somebody.refresh_from_db()
        assert somebody.email != OTHER_EMAIL


@pytest.mark.requirement("G11")
def test_that_an_address_is_taken_is_said_after_its_proof_only(browser: Client, person: User) -> None:
    make_person(OTHER_EMAIL)
    pages.sign_in(browser)
    pages.ask(browser, CHANGE, OTHER_EMAIL)
    assert "another account" not in pages.text_of(browser.get(f"{CHANGE}verify/"))
    answer = post(browser, f"{CHANGE}verify/", {"code": pages.last_code(OTHER_EMAIL)})
    assert answer["Location"] == CHANGE
    assert "belongs to another account" in pages.text_of(browser.get(CHANGE))
    person.refresh_from_db()
    assert person.email == EMAIL


def test_the_own_address_is_no_new_one(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    answer = post(browser, CHANGE, {"email": "BAT@example.com"})
    assert answer.status_code == 400
    assert mail.outbox == []


@pytest.mark.requirement("login:F13")
def test_the_way_back_is_built_from_the_configured_origin(
    browser: Client, person: User, settings: object
) -> None:
    settings.ISSUER_URL = "https://login.example.com"  # type: ignore[attr-defined]
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    pages.sign_in(browser)
    pages.ask(browser, CHANGE, OTHER_EMAIL)
    post(browser, f"{CHANGE}verify/", {"code": pages.last_code(OTHER_EMAIL)}, HTTP_HOST="evil.example")
    notice = pages.letters_to(EMAIL)[0]
    assert all(url.startswith("https://login.example.com/") for url in LINK.findall(notice))
    assert "evil.example" not in notice


@pytest.mark.requirement("H06")
def test_a_wrong_code_changes_nothing_and_three_lock(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    code = pages.ask_for_code(browser, CHANGE, OTHER_EMAIL)
    assert len(code) == 8
    answers = [
        post(browser, f"{CHANGE}verify/", {"code": pages.wrong(code)}).status_code for _try in range(3)
    ]
    assert answers == [400, 400, 429]
    assert post(browser, f"{CHANGE}verify/", {"code": code}).status_code == 429
    person.refresh_from_db()
    assert person.email == EMAIL

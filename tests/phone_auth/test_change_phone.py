"""Another number in the old one's place, and taking that back."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import PhoneChange, User
from accounts_app.phone_changes import change_phone
from accounts_app.services import create_person
from core_app.events import Event
from messaging_app.gateways import memory
from sessions_app.models import SsoSession
from tests.phone_auth import pages
from tests.phone_auth.pages import OTHER_PHONE, PASSWORD, PHONE

THIRD_PHONE = "+97688112266"
LINK = re.compile(r"http://testserver(/account/phone/undo/[^/\s\"]+/)")
ACCOUNT = "/account/"


@pytest.fixture
def owner(browser: Client, person: User) -> Client:
    """The person's browser, just signed in."""
    User.objects.update(email="oyun@example.com", email_verified_at=timezone.now())
    pages.sign_in(browser)
    return browser


def change(owner: Client, phone: str = OTHER_PHONE) -> Any:
    code = pages.ask_for_code(owner, pages.CHANGE, phone)
    return pages.post(owner, pages.CHANGE_VERIFY, {"code": code})


def undo_link(phone: str = PHONE) -> str:
    """The link of the newest notice that went to a number."""
    texts = [sent.text for sent in memory.delivered if sent.to == phone]
    found = [match[1] for text in texts if (match := LINK.search(text))]
    return found[-1]


@pytest.mark.requirement("G15")
def test_a_proven_number_takes_the_old_ones_place(
    owner: Client, person: User, new_browser: Callable[[], Client], events: list[Event]
) -> None:
    answer = change(owner)
    assert (answer.status_code, answer["Location"]) == (303, ACCOUNT)
    person.refresh_from_db()
    assert person.phone == OTHER_PHONE
    assert person.phone_proven_at is not None
    assert pages.is_signed_in(owner)
    assert pages.sign_in(new_browser(), PHONE).status_code == 400
    assert pages.sign_in(new_browser(), OTHER_PHONE).status_code == 303
    (changed,) = [event for event in events if event.name == "phone.changed"]
    assert (changed.user_id, changed.subject) == (person.pk, str(person.sub))
    assert OTHER_PHONE not in str(changed)


@pytest.mark.requirement("G15", "login:F13")
def test_the_old_number_and_the_e_mail_are_told_with_a_way_back(owner: Client, person: User) -> None:
    change(owner)
    notice = next(sent for sent in memory.delivered if sent.to == PHONE)
    (letter,) = mail.outbox
    assert letter.to == ["oyun@example.com"]
    html = str(letter.alternatives[0][0])  # type: ignore[union-attr]
    for text in (notice.text, str(letter.body), html):
        assert LINK.search(text), text
        assert OTHER_PHONE not in text
        assert "44" in text
    assert not [sent for sent in memory.delivered if sent.to == OTHER_PHONE and "/undo/" in sent.text]


@pytest.mark.requirement("G15", "login:F13")
def test_the_link_never_follows_the_host_header(person: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    pages.sign_in(client)
    change(client)
    assert "evil.example" not in str(memory.delivered)
    assert undo_link()


@pytest.mark.requirement("G15")
def test_a_sign_in_that_is_not_fresh_is_asked_for_again(owner: Client, person: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=301), tick=False):
        for answer in (owner.get(pages.CHANGE), pages.post(owner, pages.CHANGE, {"phone": OTHER_PHONE})):
            assert (answer.status_code, answer["Location"]) == (
                303,
                "/login/?next=%2Faccount%2Fphone%2F&prompt=login",
            )
        assert not memory.delivered
        back = pages.post(owner, "/login/?next=/account/phone/", {"phone": PHONE, "password": PASSWORD})
        assert back["Location"] == pages.CHANGE
        assert change(owner)["Location"] == ACCOUNT


def test_strangers_sign_in_first(browser: Client) -> None:
    for url in (pages.CHANGE, pages.CHANGE_VERIFY, pages.CHANGE_RESEND):
        assert browser.get(url)["Location"] == "/login/?next=%2Faccount%2Fphone%2F"


@pytest.mark.requirement("G11")
def test_a_number_of_somebody_else_is_refused_after_its_proof_only(owner: Client, person: User) -> None:
    create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    answer = change(owner)
    assert answer["Location"] == pages.CHANGE
    assert "belongs to another account" in owner.get(pages.CHANGE).content.decode()
    person.refresh_from_db()
    assert person.phone == PHONE
    assert not PhoneChange.objects.exists()
    assert not mail.outbox


def test_the_own_number_is_no_change(owner: Client) -> None:
    answer = pages.post(owner, pages.CHANGE, {"phone": PHONE})
    assert answer.status_code == 400
    assert "your number already" in answer.content.decode()
    assert not memory.delivered


@pytest.mark.requirement("G07")
def test_the_change_belongs_to_the_sign_in_that_began_it(owner: Client, person: User) -> None:
    other = create_person(phone=THIRD_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    code = pages.ask_for_code(owner, pages.CHANGE, OTHER_PHONE)
    pages.sign_in(owner, THIRD_PHONE)
    assert pages.post(owner, pages.CHANGE_VERIFY, {"code": code})["Location"] == pages.CHANGE
    other.refresh_from_db()
    assert other.phone == THIRD_PHONE


@pytest.mark.requirement("G05", "F23")
def test_wrong_codes_lock_the_new_number(owner: Client, person: User) -> None:
    code = pages.ask_for_code(owner, pages.CHANGE, OTHER_PHONE)
    assert len(code) == 8
    answers = [pages.post(owner, pages.CHANGE_VERIFY, {"code": pages.wrong(code)}) for _try in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert pages.post(owner, pages.CHANGE_VERIFY, {"code": code}).status_code == 429
    person.refresh_from_db()
    assert person.phone == PHONE


@pytest.mark.requirement("G15")
def test_the_link_gives_the_old_number_back_and_ends_every_sign_in(
    owner: Client, person: User, new_browser: Callable[[], Client], events: list[Event]
) -> None:
    change(owner)
    victim, link = new_browser(), undo_link()
    page = victim.get(link)
    assert page.status_code == 200
    person.refresh_from_db()
    assert person.phone == OTHER_PHONE  # looking changes nothing
    assert "number is back" in pages.post(victim, link).content.decode()
    person.refresh_from_db()
    assert (person.phone, person.has_usable_password()) == (PHONE, False)
    assert not pages.is_signed_in(owner)
    assert SsoSession.objects.get().end_reason == "credentials_changed"
    assert [event.user_id for event in events if event.name == "phone.change_undone"] == [person.pk]
    code = pages.ask_for_code(victim, pages.CODE_LOGIN, PHONE)
    assert pages.post(victim, pages.CODE_LOGIN_VERIFY, {"code": code})["Location"] == "/"


@pytest.mark.requirement("G15")
def test_the_link_works_once_and_for_three_days(owner: Client, browser: Client, person: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        change(owner)
        link = undo_link()
        clock.shift(timedelta(hours=72, seconds=-1))
        assert browser.get(link).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert browser.get(link).status_code == 400
        clock.shift(timedelta(seconds=-1))
        assert pages.post(browser, link).status_code == 200
        assert pages.post(browser, link).status_code == 400
        assert browser.get(link).status_code == 400
    assert browser.get("/account/phone/undo/made-up/").status_code == 400


@pytest.mark.requirement("G15")
def test_a_second_change_does_not_take_the_first_ones_way_back(owner: Client, person: User) -> None:
    change(owner)
    first = undo_link(PHONE)
    change(owner, THIRD_PHONE)
    second = undo_link(OTHER_PHONE)
    assert first != second
    assert pages.post(owner, first).status_code == 200
    person.refresh_from_db()
    assert person.phone == PHONE
    assert pages.post(owner, second).status_code == 400
    person.refresh_from_db()
    assert person.phone == PHONE


@pytest.mark.requirement("G15")
def test_a_number_that_has_a_new_owner_is_not_taken_from_them(owner: Client, person: User) -> None:
    change(owner)
    newcomer = create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    refused = pages.post(owner, undo_link())
    assert refused.status_code == 409
    newcomer.refresh_from_db()
    person.refresh_from_db()
    assert (newcomer.phone, person.phone) == (PHONE, OTHER_PHONE)
    assert PhoneChange.objects.get().undone_at is None


@pytest.mark.requirement("G12")
def test_the_link_cannot_be_read_out_of_the_database(owner: Client, person: User) -> None:
    change(owner)
    token = undo_link().split("/")[-2]
    row = PhoneChange.objects.values().get()
    assert token not in str(row)
    assert (row["old_phone"], row["new_phone"]) == (PHONE, OTHER_PHONE)


@pytest.mark.requirement("G15")
def test_a_number_taken_at_the_last_moment_changes_nothing(
    owner: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = pages.ask_for_code(owner, pages.CHANGE, OTHER_PHONE)

    def after_somebody_else(**arguments: Any) -> PhoneChange:
        create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
        return change_phone(**arguments)

    monkeypatch.setattr("phone_auth_app.flows.change_phone.change_phone", after_somebody_else)
    answer = pages.post(owner, pages.CHANGE_VERIFY, {"code": code})
    assert answer["Location"] == pages.CHANGE
    person.refresh_from_db()
    assert person.phone == PHONE
    assert not mail.outbox

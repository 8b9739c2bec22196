"""A forgotten password: code or link, new password, and nobody signed in by it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.email_changes import set_verified_email
from accounts_app.models import User
from accounts_app.services import deactivate, require_new_password
from core_app.events import Event
from sessions_app.models import SsoSession
from tests.email_auth import pages
from tests.email_auth.pages import EMAIL, NEW_PASSWORD, OTHER_EMAIL, PASSWORD, RESET, RESET_PASSWORD, post

NewBrowser = Callable[[], Client]


def reset(browser: Client) -> Any:
    assert pages.prove(browser, RESET)["Location"] == RESET_PASSWORD
    return post(browser, RESET_PASSWORD, {"password": NEW_PASSWORD})


@pytest.mark.requirement("login:F12", "F25")
def test_a_new_password_is_set_and_the_old_one_is_dead(browser: Client, person: User) -> None:
    answer = reset(browser)
    assert (answer.status_code, answer["Location"]) == (303, "/login/email/?prompt=login")
    assert "new password is set" in pages.text_of(browser.get(answer["Location"]))
    assert not pages.is_signed_in(browser)
    assert not SsoSession.objects.exists()
    assert pages.sign_in(browser).status_code == 400
    assert pages.sign_in(browser, password=NEW_PASSWORD)["Location"] == "/"


@pytest.mark.requirement("login:F12")
def test_the_link_works_in_any_browser_and_gives_nothing_to_the_one_that_asked(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    pages.ask(browser, RESET)
    link, mailbox = pages.last_link(), new_browser()
    for _look in range(2):
        assert mailbox.get(link).status_code == 200
    assert post(mailbox, link)["Location"] == RESET_PASSWORD
    assert post(browser, RESET_PASSWORD, {"password": "of the one that asked"})["Location"] == RESET
    assert post(browser, f"{RESET}verify/", {"code": pages.last_code()}).status_code == 400
    assert post(mailbox, RESET_PASSWORD, {"password": NEW_PASSWORD})["Location"].startswith("/login/email/")
    assert not pages.is_signed_in(mailbox)
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)


@pytest.mark.requirement("login:F12")
def test_looking_at_a_link_changes_nothing(new_browser: NewBrowser, person: User) -> None:
    pages.ask(new_browser(), RESET)
    scanner = new_browser()
    assert scanner.get(pages.last_link()).status_code == 200
    assert scanner.head(pages.last_link()).status_code == 200
    assert post(scanner, RESET_PASSWORD, {"password": NEW_PASSWORD})["Location"] == RESET
    assert post(new_browser(), pages.last_link())["Location"] == RESET_PASSWORD


@pytest.mark.requirement("login:F12")
def test_a_link_is_used_once(new_browser: NewBrowser, person: User) -> None:
    pages.ask(new_browser(), RESET)
    link = pages.last_link()
    assert post(new_browser(), link).status_code == 303
    assert post(new_browser(), link).status_code == 400
    assert new_browser().get(link).status_code == 400


@pytest.mark.requirement("login:F12")
def test_a_link_ends_with_its_time(browser: Client, person: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pages.ask(browser, RESET)
        clock.shift(timedelta(minutes=10))
        assert post(browser, pages.last_link()).status_code == 400


@pytest.mark.requirement("login:F12")
def test_every_sign_in_ends_with_the_old_password(
    browser: Client, new_browser: NewBrowser, person: User, events: list[Event]
) -> None:
    elsewhere = [new_browser(), new_browser()]
    for other in [*elsewhere, browser]:
        pages.sign_in(other)
    reset(browser)
    assert not any(pages.is_signed_in(other) for other in [*elsewhere, browser])
    assert set(SsoSession.objects.values_list("end_reason", flat=True)) == {"credentials_changed"}
    (changed,) = [event for event in events if event.name == "password.changed"]
    assert (changed.user_id, changed.reason) == (person.pk, "reset by e-mail")
    assert NEW_PASSWORD not in str(events)


@pytest.mark.requirement("login:F12", "H06")
@pytest.mark.parametrize(
    "data", [{}, {"password": NEW_PASSWORD}, {"code": "12345678", "password": NEW_PASSWORD}]
)
def test_no_step_can_be_skipped(browser: Client, person: User, data: dict[str, str]) -> None:
    assert post(browser, RESET_PASSWORD, data)["Location"] == RESET
    pages.ask(browser, RESET)
    assert post(browser, RESET_PASSWORD, data)["Location"] == RESET
    post(browser, f"{RESET}verify/", {})
    assert post(browser, RESET_PASSWORD, data)["Location"] == RESET
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("login:F12", "G07")
def test_a_proof_for_something_else_resets_nothing(browser: Client, person: User) -> None:
    pages.prove(browser, pages.SIGNUP)
    assert post(browser, RESET_PASSWORD, {"password": NEW_PASSWORD})["Location"] == RESET
    pages.sign_in(browser)
    pages.ask(browser, pages.CHANGE, OTHER_EMAIL)
    token = pages.last_link(OTHER_EMAIL).rsplit("/", 2)[1]
    assert post(browser, f"{RESET}link/{token}/").status_code == 400
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("login:F12")
def test_a_proof_is_good_for_one_new_password(browser: Client, person: User) -> None:
    reset(browser)
    assert post(browser, RESET_PASSWORD, {"password": "yet another one"})["Location"] == RESET
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)


@pytest.mark.requirement("login:F12")
def test_a_weak_password_does_not_use_the_proof_up(browser: Client, person: User) -> None:
    pages.prove(browser, RESET)
    assert post(browser, RESET_PASSWORD, {"password": "short"}).status_code == 400
    assert post(browser, RESET_PASSWORD, {"password": NEW_PASSWORD}).status_code == 303


@pytest.mark.requirement("login:F12", "J05")
def test_a_proof_ends_when_the_account_is_shut_or_gets_another_address(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    pages.prove(browser, RESET)
    set_verified_email(user=person, email=OTHER_EMAIL, undo_hash="x", undo_until=timezone.now())
    assert post(browser, RESET_PASSWORD, {"password": NEW_PASSWORD})["Location"] == RESET
    other = new_browser()
    pages.prove(other, RESET, OTHER_EMAIL)
    deactivate(user=person)
    assert post(other, RESET_PASSWORD, {"password": NEW_PASSWORD})["Location"] == RESET
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("login:F12", "H05")
def test_a_second_factor_is_still_asked_for(browser: Client, person: User, settings: Any) -> None:
    reset(browser)
    settings.LOGIN_STEPS = ["tests.email_auth.test_reset.AlwaysNeeded"]
    answer = pages.sign_in(browser, password=NEW_PASSWORD)
    assert answer["Location"].startswith("/second-factor/")
    assert not pages.is_signed_in(browser)


class AlwaysNeeded:
    """A login step that wants its proof from everybody."""

    name = "always"

    def is_needed(self, request: object, pending: object) -> bool:
        return True

    def url(self, pending: Any) -> str:
        return f"/second-factor/?login={pending.pending_id}"


@pytest.mark.requirement("G11", "login:F07")
def test_unknown_and_typed_addresses_get_no_e_mail(
    browser: Client, new_browser: NewBrowser, person: User
) -> None:
    User.objects.update(email="Typed@example.com")
    for email in ("unknown@example.com", "typed@example.com"):
        pages.ask(new_browser(), RESET, email)
    assert mail.outbox == []
    pages.ask(new_browser(), RESET)
    assert [letter.to for letter in mail.outbox] == [[EMAIL]]


@pytest.mark.requirement("login:F13")
def test_the_link_is_built_from_the_configured_origin(browser: Client, person: User, settings: Any) -> None:
    settings.ISSUER_URL = "https://login.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    post(browser, RESET, {"email": EMAIL}, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    assert pages.link_of(pages.letters_to(EMAIL)[0]).startswith(f"https://login.example.com{RESET}link/")
    assert "evil.example" not in pages.letters_to(EMAIL)[0]


@pytest.mark.requirement("L09")
def test_the_person_is_told(browser: Client, person: User) -> None:
    reset(browser)
    notice = pages.letters_to(EMAIL)[-1]
    assert "has a new password, and it was signed out on every device" in notice
    assert f"http://testserver{RESET}" in notice
    assert NEW_PASSWORD not in notice


def test_where_somebody_wanted_to_go_is_kept_on_the_way(browser: Client, person: User) -> None:
    post(browser, f"{RESET}?next=/account/", {"email": EMAIL})
    answer = post(browser, pages.last_link())
    assert answer["Location"] == f"{RESET_PASSWORD}?next=%2Faccount%2F"
    done = post(browser, answer["Location"], {"password": NEW_PASSWORD})
    assert done["Location"] == "/login/email/?next=%2Faccount%2F&prompt=login"


@pytest.mark.requirement("J07")
def test_somebody_without_a_password_gets_a_first_one(browser: Client, person: User) -> None:
    person.set_unusable_password()
    person.save()
    reset(browser)
    assert pages.sign_in(browser, password=NEW_PASSWORD).status_code == 303


@pytest.mark.requirement("login:F12")
def test_whoever_has_to_set_a_new_password_is_led_to_it_by_signing_in(browser: Client, person: User) -> None:
    User.objects.update(phone=None)
    require_new_password(user=person)
    answer = pages.sign_in(browser)
    assert (answer.status_code, answer["Location"]) == (303, f"{RESET}?required=1&next=%2F")
    assert "needs a new password" in pages.text_of(browser.get(answer["Location"]))
    assert not pages.is_signed_in(browser)
    assert not SsoSession.objects.exists()
    reset(browser)
    assert pages.sign_in(browser, password=NEW_PASSWORD)["Location"] == "/"
    assert pages.is_signed_in(browser)

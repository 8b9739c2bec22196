"""Twenty at once: one proof, one account, one owner of an address, one new password."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.email_changes import set_verified_email, undo_email_change
from accounts_app.models import EmailChange, User
from core_app.caller import Caller
from core_app.errors import AppError
from email_auth_app.flows import change_password, reset, signup
from email_auth_app.flows.proofs import PendingProof
from otp_app import links
from otp_app.purposes import Purpose
from sessions_app.models import SsoSession
from tests.email_auth import pages
from tests.email_auth.conftest import make_person
from tests.email_auth.pages import EMAIL, OTHER_EMAIL
from tests.messaging.threads import at_once, in_thread, shared_database

__all__ = ["shared_database"]
pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]

TIMES = 20
NOBODY = Caller()


def outcome(work: Callable[[], object]) -> Callable[[], str]:
    """What came of it, as a word."""

    def run() -> str:
        try:
            work()
        except AppError as error:
            return error.code
        return "done"

    return run


@pytest.mark.requirement("login:F12")
def test_one_link_gives_one_of_twenty_browsers_the_proof() -> None:
    def ask() -> str:
        make_person(EMAIL)
        pages.ask(Client(REMOTE_ADDR="10.1.2.3"), pages.RESET)
        return urlsplit(pages.link_of(str(mail.outbox[-1].body))).path

    link = in_thread(ask)

    def use(number: int) -> tuple[int, str]:
        client = Client(REMOTE_ADDR=f"10.1.3.{number}", raise_request_exception=False)
        answer = client.post(link)
        return answer.status_code, answer.headers.get("Location", "")

    answers = at_once([partial(use, number) for number in range(TIMES)])
    assert sorted(answers) == sorted([(303, pages.RESET_PASSWORD)] + [(400, "")] * (TIMES - 1))


@pytest.mark.requirement("login:F12")
def test_one_link_is_used_once_by_twenty_on_this_database() -> None:
    tokens: list[str] = []

    def ask() -> None:
        make_person(EMAIL)
        reset.start(email=EMAIL, binding="b" * 64, language="en", caller=NOBODY)
        tokens.append(pages.link_of(str(mail.outbox[-1].body)).rsplit("/", 2)[1])

    in_thread(ask)
    use = outcome(partial(links.use, tokens[0], purpose=Purpose.RESET))
    assert sorted(at_once([use] * TIMES)) == ["done"] + ["link_gone"] * (TIMES - 1)


@pytest.mark.requirement("J06")
def test_one_address_makes_one_account() -> None:
    def finish(number: int) -> None:
        pending = PendingProof(
            purpose="signup", email=EMAIL, binding="b" * 64, sub=f"00000000-0000-4000-8000-{number:012}"
        ).proven()
        signup.finish(pending, password="seven green bicycles", given_name="", family_name="", caller=NOBODY)

    results = at_once([outcome(partial(finish, number)) for number in range(TIMES)])
    assert sorted(results) == ["done"] + ["email_taken"] * (TIMES - 1)
    assert in_thread(User.objects.count) == 1


@pytest.mark.requirement("J06")
def test_of_twenty_people_who_prove_one_address_one_gets_it() -> None:
    def people() -> list[User]:
        return [make_person(f"person{number}@example.com") for number in range(TIMES)]

    def take(person: User) -> None:
        until = timezone.now() + timedelta(hours=1)
        set_verified_email(user=person, email=OTHER_EMAIL, undo_hash=str(person.pk), undo_until=until)

    results = at_once([outcome(partial(take, person)) for person in in_thread(people)])
    assert sorted(results) == ["done"] + ["email_taken"] * (TIMES - 1)
    assert in_thread(User.objects.filter(email_identifier=OTHER_EMAIL).count) == 1
    assert in_thread(EmailChange.objects.count) == 1


def test_a_change_is_taken_back_once() -> None:
    def begin() -> EmailChange:
        until = timezone.now() + timedelta(hours=1)
        return set_verified_email(
            user=make_person(EMAIL), email=OTHER_EMAIL, undo_hash="link", undo_until=until
        )

    change = in_thread(begin)
    results = at_once([outcome(lambda: undo_email_change(change=change))] * TIMES)
    assert sorted(results) == ["done"] + ["undo_refused"] * (TIMES - 1)
    assert in_thread(lambda: User.objects.get().email) == EMAIL


@pytest.mark.requirement("C13", "R18")
def test_of_twenty_new_passwords_at_once_one_is_set() -> None:
    def begin() -> int:
        person = make_person(EMAIL)
        session = SsoSession.objects.create(
            user=person, auth_time=timezone.now(), acr="aal1", expires_at=timezone.now() + timedelta(days=1)
        )
        return int(SsoSession.objects.filter(pk=session.pk).count())

    in_thread(begin)
    # Every tab has read the person before any of them has changed anything.
    sessions = in_thread(lambda: [SsoSession.objects.select_related("user").get() for _tab in range(TIMES)])

    def change(number: int) -> None:
        change_password.finish(sessions[number], password=f"password number {number}", caller=NOBODY)

    results = at_once([outcome(partial(change, number)) for number in range(TIMES)])
    assert sorted(results) == ["done"] + ["password_changed_meanwhile"] * (TIMES - 1)

"""Authenticator apps: set up once, asked for at each sign-in, each code good once and now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts_app.models import User
from mfa_app.models import TotpFactor
from sessions_app.models import SsoSession
from tests.mfa.pages import SECURITY, add_app, at, challenge_of, is_signed_in, shown_app, sign_in


@pytest.mark.requirement("F26", "H01", "D08", "I01")
def test_whoever_has_an_app_signs_in_with_password_and_code(browser: Client, other: Client) -> None:
    phone = add_app(browser)
    challenge = challenge_of(sign_in(other, next="/account/"))
    page = other.get(challenge)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert not is_signed_in(other)
    before = other.session.session_key
    done = other.post(challenge, {"code": phone.code(steps=1)})
    assert (done.status_code, done["Location"]) == (303, "/account/")
    assert is_signed_in(other)
    assert other.session.session_key != before
    session = SsoSession.objects.latest("created_at")
    assert (session.acr, session.amr) == ("aal2", ["mfa", "otp", "pwd"])


@pytest.mark.requirement("H01")
def test_a_code_is_taken_once_also_in_another_browser(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    phone = add_app(browser)
    code = phone.code(steps=1)
    first, second = new_browser(), new_browser()
    assert first.post(challenge_of(sign_in(first)), {"code": code}).status_code == 303
    challenge = challenge_of(sign_in(second))
    answer = second.post(challenge, {"code": code})
    assert answer.status_code == 400
    assert "not the right code" in answer.content.decode()
    assert not is_signed_in(second)


@pytest.mark.requirement("H01")
@pytest.mark.parametrize(("steps", "status"), [(-2, 400), (-1, 303), (0, 303), (1, 303), (2, 400)])
def test_one_step_of_drift_is_forgiven_and_no_more(
    browser: Client, other: Client, steps: int, status: int
) -> None:
    phone = add_app(browser)
    later = datetime.now(UTC) + timedelta(minutes=10)
    with time_machine.travel(later, tick=False):
        challenge = challenge_of(sign_in(other))
        assert other.post(challenge, {"code": phone.code(later, steps=steps)}).status_code == status
    assert is_signed_in(other) is (status == 303)


@pytest.mark.requirement("H01")
def test_the_clock_is_the_servers_whatever_the_request_says(browser: Client, other: Client) -> None:
    phone = add_app(browser)
    later = datetime.now(UTC) + timedelta(hours=1)
    challenge = challenge_of(sign_in(other))
    extra = {"code": phone.code(later), "time": later.isoformat(), "at": str(later.timestamp())}
    answer = other.post(challenge, extra, headers={"Date": later.strftime("%a, %d %b %Y %H:%M:%S GMT")})
    assert answer.status_code == 400


@pytest.mark.requirement("H02")
def test_the_secret_has_160_bits_is_shown_until_the_first_code_and_sealed_in_the_database(
    browser: Client, person: User
) -> None:
    phone = add_app(browser)
    assert len(phone.secret) * 5 == 160
    for path in (SECURITY, f"{SECURITY}app/set-up/", f"{SECURITY}app/"):
        assert phone.secret[:8] not in browser.get(path, follow=True).content.decode().replace(" ", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mfa_app_totpfactor")
        assert phone.secret not in repr(cursor.fetchall())


@pytest.mark.requirement("H02")
def test_a_sealed_secret_that_is_moved_to_another_row_has_no_codes(browser: Client, other: Client) -> None:
    phone = add_app(browser)
    mine = TotpFactor.objects.get()
    stolen = TotpFactor(user=mine.user, secret_sealed=mine.secret_sealed, confirmed_at=mine.confirmed_at)
    mine.delete()
    stolen.save()
    answer = other.post(challenge_of(sign_in(other)), {"code": phone.code(steps=1)})
    assert answer.status_code == 400
    assert not is_signed_in(other)


@pytest.mark.requirement("H02", "H07")
def test_another_sign_in_of_the_same_person_does_not_see_the_secret(
    browser: Client, person: User, new_browser: Callable[[], Client]
) -> None:
    browser.post(f"{SECURITY}app/")
    spy = new_browser()
    sign_in(spy)
    answer = spy.get(f"{SECURITY}app/set-up/")
    assert (answer.status_code, answer["Location"]) == (303, f"{SECURITY}app/")


def test_a_wrong_first_code_adds_nothing(browser: Client, person: User) -> None:
    browser.post(f"{SECURITY}app/")
    wrong = shown_app(browser).wrong_code()
    answer = browser.post(f"{SECURITY}app/set-up/", {"code": wrong, "name": ""})
    assert answer.status_code == 400
    assert not TotpFactor.objects.filter(confirmed_at__isnull=False).exists()


def test_setting_up_does_not_wait_for_ever(browser: Client) -> None:
    browser.post(f"{SECURITY}app/")
    TotpFactor.objects.update(created_at=datetime.now(UTC) - timedelta(hours=1))
    assert browser.get(f"{SECURITY}app/set-up/")["Location"] == f"{SECURITY}app/"


def test_codes_are_understood_as_people_type_them(browser: Client, other: Client) -> None:
    phone = add_app(browser)
    challenge = challenge_of(sign_in(other))
    for nonsense in ("", "12345", "abcdef"):
        assert other.post(challenge, {"code": nonsense}).status_code == 400
    code = phone.code(steps=1)
    assert other.post(at(challenge), {"code": f" {code[:3]} {code[3:]} "}).status_code == 303

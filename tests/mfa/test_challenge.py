"""The page between the password and the account: ways to go on, codes by message, limits, and no way round."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import set_password
from limits_app.models import FailureCount
from messaging_app.gateways import memory
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.mfa.pages import (
    PASSWORD,
    PHONE,
    AuthApp,
    add_app,
    add_codes,
    at,
    challenge_of,
    is_signed_in,
    last_letter,
    last_sms,
    make_backup_codes,
    sign_in,
)
from tests.short_codes import stands_in


@pytest.mark.requirement("F26", "G07", "G13")
@pytest.mark.parametrize(("kind", "amr"), [("sms", "sms"), ("email", "email")])
def test_a_code_by_message_is_sent_when_it_is_asked_for_and_confirms_the_sign_in(
    browser: Client, other: Client, kind: str, amr: str
) -> None:
    add_codes(browser, kind)
    memory.clear()
    mail.outbox.clear()
    challenge = challenge_of(sign_in(other))
    page = other.get(challenge)
    assert not memory.delivered
    assert mail.outbox == []
    assert "A passkey or an authenticator app is safer" in page.content.decode()
    assert other.get(at(challenge, "send/", use=kind)).status_code == 303, "reading sends nothing"
    assert not memory.delivered
    sent = other.post(at(challenge, "send/", use=kind))
    assert sent.status_code == 303
    shown = other.get(sent["Location"]).content.decode()
    assert PHONE not in shown
    assert "oyun@example.com" not in shown
    code = last_sms() if kind == "sms" else last_letter()
    assert other.post(sent["Location"], {"code": code}).status_code == 303
    session = SsoSession.objects.latest("created_at")
    assert (session.acr, session.amr) == ("aal2", sorted(["mfa", "pwd", amr]))


def test_another_code_is_sent_after_a_while_and_the_first_is_dead(browser: Client, other: Client) -> None:
    add_codes(browser, "sms")
    challenge = challenge_of(sign_in(other))
    other.post(at(challenge, "send/", use="sms"))
    first = last_sms()
    early = other.post(at(challenge, "send/", use="sms"), follow=True)
    assert "ask for another in" in early.content.decode()
    assert last_sms() == first
    with time_machine.travel(timezone.now() + timedelta(seconds=40)):
        other.post(at(challenge, "send/", use="sms"))
        assert last_sms() != first
        assert other.post(at(challenge, use="sms"), {"code": first}).status_code == 400
        assert other.post(at(challenge, use="sms"), {"code": last_sms()}).status_code == 303


def test_other_ways_are_a_link_away_and_a_way_not_had_is_not_there(browser: Client, other: Client) -> None:
    add_app(browser)
    make_backup_codes(browser)
    page = other.get(challenge_of(sign_in(other))).content.decode()
    assert "Use a backup code" in page
    assert "by SMS" not in page
    assert "passkey" not in page


@pytest.mark.requirement("H06")
@pytest.mark.parametrize("kind", ["passkey", "sms", "email", "password", "nonsense", ""])
@pytest.mark.parametrize(
    "fields",
    [{}, {"code": ""}, {"password": PASSWORD}, {"kind": "password", "code": "1"}, {"methods": "otp"}],
)
def test_no_form_of_another_way_leads_past_the_app(
    browser: Client, other: Client, kind: str, fields: dict[str, str]
) -> None:
    add_app(browser)
    challenge = challenge_of(sign_in(other))
    assert other.post(at(challenge, use=kind), fields).status_code == 400
    assert other.post(at(challenge, "send/", use=kind), fields).status_code == 303
    assert not memory.delivered
    assert other.post(at(challenge, "passkey-options/", use=kind), fields).status_code == 400
    back = other.post(at(challenge, "set-up/", use=kind), fields)
    assert back["Location"].startswith("/login/second-factor/?")
    assert not is_signed_in(other)


@pytest.mark.requirement("H06", "G07")
def test_a_login_belongs_to_its_browser(browser: Client, new_browser: Callable[[], Client]) -> None:
    app = add_app(browser)
    first, second = new_browser(), new_browser()
    challenge = challenge_of(sign_in(first))
    for answer in (second.get(challenge), second.post(challenge, {"code": app.code(steps=1)})):
        assert (answer.status_code, answer["Location"]) == (303, "/login/")
    assert not is_signed_in(second)
    assert first.post(challenge, {"code": app.code(steps=1)}).status_code == 303


@pytest.mark.requirement("H06")
def test_a_finished_login_leads_nowhere_again(browser: Client, other: Client) -> None:
    app = add_app(browser)
    challenge = challenge_of(sign_in(other))
    assert other.post(challenge, {"code": app.code(steps=1)}).status_code == 303
    other.post("/logout/")
    assert other.post(challenge, {"code": app.code(steps=1)})["Location"] == "/login/"
    assert not is_signed_in(other)


def test_a_login_does_not_wait_for_ever(browser: Client, other: Client) -> None:
    app = add_app(browser)
    challenge = challenge_of(sign_in(other))
    later = timezone.now() + timedelta(minutes=16)
    with time_machine.travel(later):
        assert other.post(challenge, {"code": app.code(later)})["Location"] == "/login/"
        assert not is_signed_in(other)


@pytest.mark.requirement("H09", "F23")
def test_three_wrong_codes_lock_the_account_in_every_browser_and_end_the_login(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    app = add_app(browser)
    for _ in range(3):
        guesser = new_browser()
        challenge = challenge_of(sign_in(guesser))
        assert guesser.post(challenge, {"code": app.wrong_code()}).status_code == 400
    fresh = new_browser()
    challenge = challenge_of(sign_in(fresh))
    locked = fresh.post(challenge, {"code": app.code(steps=1)})
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 3000
    assert fresh.get(challenge)["Location"] == "/login/", "the login has ended"
    assert is_signed_in(browser), "who is in already stays in"
    with time_machine.travel(timezone.now() + timedelta(seconds=3700)):
        last = new_browser()
        assert last.post(challenge_of(sign_in(last)), {"code": app.code()}).status_code == 303


@pytest.mark.requirement("H09", "G06")
def test_all_kinds_share_one_count_apart_from_the_passwords(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    app = add_app(browser)
    make_backup_codes(browser)
    add_codes(browser, "email")
    first = new_browser()
    challenge = challenge_of(sign_in(first))
    assert first.post(at(challenge, use="totp"), {"code": app.wrong_code()}).status_code == 400
    assert first.post(at(challenge, use="backup_code"), {"code": "abcd"}).status_code == 400
    first.post(at(challenge, "send/", use="email"))
    wrong = f"{(int(last_letter()) + 1) % 10**6:06}"
    assert first.post(at(challenge, use="email"), {"code": wrong}).status_code == 400
    assert first.post(at(challenge, use="totp"), {"code": app.code(steps=1)}).status_code == 429
    kinds = set(FailureCount.objects.filter(failures__gte=3).values_list("kind", flat=True))
    assert "second_factor" in kinds
    assert "account" not in kinds
    assert challenge_of(sign_in(new_browser())), "the password is right and not locked"


@pytest.mark.requirement("H09")
def test_a_success_with_the_password_does_not_forget_wrong_codes(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    app = add_app(browser)
    for _ in range(2):
        guesser = new_browser()
        guesser.post(challenge_of(sign_in(guesser)), {"code": app.wrong_code()})
    third = new_browser()
    challenge = challenge_of(sign_in(third))
    assert third.post(challenge, {"code": app.wrong_code()}).status_code == 400
    assert third.post(challenge, {"code": app.code(steps=1)}).status_code == 429


@pytest.mark.requirement("I04", "B11")
def test_whoever_is_shut_out_meanwhile_does_not_get_in(browser: Client, person: User, other: Client) -> None:
    app = add_app(browser)
    challenge = challenge_of(sign_in(other))
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert other.post(challenge, {"code": app.code(steps=1)})["Location"] == "/login/"
    assert not is_signed_in(other)


@pytest.mark.requirement("H06", "C13")
def test_a_password_that_is_changed_meanwhile_ends_the_login(
    browser: Client, person: User, other: Client
) -> None:
    app = add_app(browser)
    challenge = challenge_of(sign_in(other))
    with time_machine.travel(timezone.now() + timedelta(seconds=1)):
        set_password(user=person, password="another horse battery")
    assert other.post(challenge, {"code": app.code(steps=1)})["Location"] == "/login/"
    assert not is_signed_in(other)


@pytest.mark.requirement("H08", "login:F12")
def test_a_code_to_the_number_as_the_way_in_still_wants_the_app(browser: Client, other: Client) -> None:
    app = add_app(browser)
    other.post("/login/code/", {"phone": PHONE})
    challenge = challenge_of(other.post("/login/code/verify/", {"code": last_sms()}))
    assert not is_signed_in(other)
    assert other.post(challenge, {"code": app.code(steps=1)}).status_code == 303
    session = SsoSession.objects.latest("created_at")
    assert (session.acr, session.amr) == ("aal1", ["otp", "sms"]), "two things one has are one kind of factor"


@pytest.mark.requirement("H08", "login:F12")
def test_a_forgotten_password_is_no_way_round(browser: Client, other: Client) -> None:
    app = add_app(browser)
    other.post("/password/forgot/", {"phone": PHONE})
    text = [sent.text for sent in memory.delivered if sent.to == PHONE][-1]
    code = text.split("#")[1].strip()
    other.post("/password/forgot/verify/", {"code": code})
    fresh = "three wild geese over the lake"
    assert other.post("/password/forgot/new/", {"password": fresh}).status_code == 303
    assert not is_signed_in(other)
    challenge = challenge_of(sign_in(other, password=fresh))
    assert not is_signed_in(other)
    assert other.post(challenge, {"code": app.code(steps=1)}).status_code == 303


@pytest.mark.requirement("L03", "F60")
def test_the_record_knows_the_kind_and_never_the_code(browser: Client, other: Client) -> None:
    app: AuthApp = add_app(browser)
    challenge = challenge_of(sign_in(other))
    right, wrong = app.code(steps=1), app.wrong_code()
    other.post(challenge, {"code": wrong})
    other.post(challenge, {"code": right})
    refused = OAuthTokenLog.objects.get(event="factor.refused")
    assert (refused.outcome, refused.reason) == ("refused", "totp: factor_not_proven")
    assert OAuthTokenLog.objects.get(event="factor.proven").reason == "totp"
    everything = repr(list(OAuthTokenLog.objects.values()))
    assert not stands_in(everything, right)
    assert not stands_in(everything, wrong)
    assert app.secret not in everything


def test_an_answer_without_a_login_leads_to_the_log_in_page(other: Client, server: None) -> None:
    for path in ("/login/second-factor/", "/login/second-factor/send/", "/login/second-factor/set-up/"):
        assert other.get(path)["Location"] == "/login/"
        assert other.post(f"{path}?login=nobody", {"code": "123456"})["Location"] == "/login/"
    assert other.post("/login/second-factor/passkey-options/").status_code == 400

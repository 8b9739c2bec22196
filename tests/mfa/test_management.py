"""Adding, naming and removing second factors: with a fresh sign-in, told, and other sign-ins ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from messaging_app.gateways import memory
from mfa_app.models import BackupCode, CodeFactor, Passkey, TotpFactor
from mfa_app.selectors import factors_of
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.mfa.pages import (
    PASSWORD,
    PHONE,
    SECURITY,
    add_app,
    add_codes,
    add_passkey,
    challenge_of,
    is_signed_in,
    make_backup_codes,
    shown_app,
    sign_in,
)
from tests.ui.page import assert_is_sound, read

CHANGES = ["app/", "passkey/", "codes/sms/", "codes/email/", "backup-codes/"]


@pytest.mark.requirement("H07")
@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_sign_in_that_is_not_fresh_is_asked_for_again(browser: Client, path: str, method: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        answer = getattr(browser, method)(SECURITY + path)
        assert answer.status_code == 303
        assert answer["Location"].startswith("/login/?next=%2Faccount%2Fsecurity%2F")
        assert "prompt=login" in answer["Location"]
    assert not TotpFactor.objects.exists()
    assert not CodeFactor.objects.exists()


@pytest.mark.requirement("H07")
def test_what_was_begun_fresh_is_not_finished_stale(browser: Client, person: User) -> None:
    browser.post(f"{SECURITY}app/")
    asked = browser.post(f"{SECURITY}passkey/options/")
    assert asked.status_code == 200
    add_codes(browser, "sms")
    factor = factors_of(person)[0]
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        for path in ("app/set-up/", "passkey/", "passkey/options/", f"{factor.id}/remove/"):
            answer = browser.post(f"{SECURITY}{path}", {"code": "123456"})
            assert answer.status_code in {303, 403}
            assert "Location" not in answer or "prompt=login" in answer["Location"]
    assert CodeFactor.objects.exists()


@pytest.mark.requirement("H07")
def test_a_stranger_signs_in_first_and_sees_nothing(other: Client, server: None) -> None:
    for path in ["", *CHANGES, "app/set-up/", "0b0f6f3e-7a44-4a3e-9a43-0c8d2b7f4f5e/remove/"]:
        for method in (other.get, other.post):
            assert method(SECURITY + path)["Location"].startswith("/login/?next=")


@pytest.mark.requirement("H07", "L09", "C13")
def test_a_new_factor_ends_the_other_sign_ins_and_is_told(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    elsewhere = new_browser()
    sign_in(elsewhere)
    before = browser.session.session_key
    mail.outbox.clear()
    add_app(browser)
    assert is_signed_in(browser)
    assert browser.session.session_key != before
    assert not is_signed_in(elsewhere)
    assert SsoSession.objects.get(ended_at__isnull=False).end_reason == "credentials_changed"
    (letter,) = mail.outbox
    assert "authenticator app was added" in letter.body
    assert "http://testserver/account/security/" in letter.body
    row = OAuthTokenLog.objects.get(event="factor.added")
    assert row.reason == "totp"


@pytest.mark.requirement("L09")
@pytest.mark.parametrize("change", [{"email": ""}, {"email_verified_at": None}])
def test_whoever_has_no_verified_address_is_told_by_sms(
    browser: Client, person: User, change: dict[str, Any]
) -> None:
    User.objects.filter(pk=person.pk).update(**change)
    mail.outbox.clear()
    memory.clear()
    add_passkey(browser)
    texts = [sent.text for sent in memory.delivered if sent.to == PHONE]
    assert len(texts) == 1
    assert "passkey was added" in texts[0]
    assert mail.outbox == []


@pytest.mark.requirement("H07", "L09", "C13")
def test_a_removed_factor_is_asked_for_no_more_ends_the_others_and_takes_the_codes_with_it(
    browser: Client, person: User, new_browser: Callable[[], Client]
) -> None:
    app = add_app(browser)
    make_backup_codes(browser)
    elsewhere = new_browser()
    elsewhere.post(challenge_of(sign_in(elsewhere)), {"code": app.code(steps=1)})
    assert is_signed_in(elsewhere)
    (factor,) = factors_of(person)
    assert "your last one" not in browser.get(SECURITY).content.decode()
    assert "last one" in browser.get(f"{SECURITY}{factor.id}/remove/").content.decode()
    mail.outbox.clear()
    assert browser.post(f"{SECURITY}{factor.id}/remove/")["Location"] == SECURITY
    assert not is_signed_in(elsewhere)
    assert is_signed_in(browser)
    assert not TotpFactor.objects.exists()
    assert not BackupCode.objects.exists()
    assert "was removed" in mail.outbox[0].body
    assert sign_in(new_browser())["Location"] == "/"


@pytest.mark.requirement("H07")
def test_the_page_that_was_only_opened_removes_nothing(browser: Client, person: User) -> None:
    add_passkey(browser)
    (factor,) = factors_of(person)
    assert browser.get(f"{SECURITY}{factor.id}/remove/").status_code == 200
    assert Passkey.objects.count() == 1


@pytest.mark.requirement("H07", "L05")
def test_somebody_elses_factor_does_not_exist(
    browser: Client, person: User, new_browser: Callable[[], Client]
) -> None:
    add_app(browser)
    (factor,) = factors_of(person)
    create_person(phone="+97688112244", password=PASSWORD, phone_proven_at=timezone.now())
    stranger = new_browser()
    sign_in(stranger, "+97688112244")
    for path in (f"{factor.id}/", f"{factor.id}/remove/"):
        assert stranger.get(SECURITY + path).status_code == 404
        assert stranger.post(SECURITY + path, {"name": "mine"}).status_code == 404
    assert TotpFactor.objects.get().name == "my phone"


def test_names_are_one_line_of_visible_characters(browser: Client, person: User) -> None:
    add_passkey(browser, name="old\n\x1b[31m name")
    (factor,) = factors_of(person)
    assert factor.name == "old[31m name"
    assert browser.post(f"{SECURITY}{factor.id}/", {"name": "x" * 65}).status_code == 200
    assert browser.post(f"{SECURITY}{factor.id}/", {"name": " desk "})["Location"] == SECURITY
    assert factors_of(person)[0].name == "desk"
    assert "desk" in browser.get(SECURITY).content.decode()


@pytest.mark.requirement("G13")
def test_codes_are_offered_only_to_what_is_proven(browser: Client, person: User) -> None:
    page = browser.get(SECURITY).content.decode()
    assert "codes/sms/" in page
    assert "codes/email/" in page
    User.objects.filter(pk=person.pk).update(phone_proven_at=None, email_verified_at=None)
    page = browser.get(SECURITY).content.decode()
    assert "codes/" not in page.replace("backup-codes/", "")
    for kind in ("sms", "email", "totp", "nonsense"):
        assert browser.post(f"{SECURITY}codes/{kind}/").status_code == 404
    assert not CodeFactor.objects.exists()


def test_codes_switched_on_twice_are_on_once_and_told_once(browser: Client) -> None:
    mail.outbox.clear()
    add_codes(browser, "sms")
    add_codes(browser, "sms")
    assert CodeFactor.objects.count() == 1
    assert len(mail.outbox) == 1


def test_there_is_an_end_to_the_number_of_factors(browser: Client, settings: Any) -> None:
    settings.MFA_MOST_FACTORS = 1
    add_app(browser)
    add_passkey(browser)
    assert browser.post(f"{SECURITY}app/", follow=True).content.decode().count("as many of these") == 1
    assert browser.post(f"{SECURITY}passkey/options/").status_code == 409


@pytest.mark.requirement("F30", "K08", "K05")
def test_every_page_is_sound(browser: Client, person: User, other: Client) -> None:
    assert_is_sound(read(browser.get(SECURITY)))
    for path in CHANGES[:-1]:
        assert_is_sound(read(browser.get(SECURITY + path)))
    browser.post(f"{SECURITY}app/")
    assert_is_sound(read(browser.get(f"{SECURITY}app/set-up/")))
    wrong = shown_app(browser).wrong_code()
    assert_is_sound(read(browser.post(f"{SECURITY}app/set-up/", {"code": wrong})))
    add_passkey(browser)
    add_codes(browser, "sms")
    assert_is_sound(read(browser.get(SECURITY)))
    assert_is_sound(read(browser.get(f"{SECURITY}backup-codes/")))
    assert_is_sound(read(browser.post(f"{SECURITY}backup-codes/")))
    for factor in factors_of(person):
        if factor.is_named:
            assert_is_sound(read(browser.get(f"{SECURITY}{factor.id}/")))
        else:
            assert browser.get(f"{SECURITY}{factor.id}/").status_code == 404
        assert_is_sound(read(browser.get(f"{SECURITY}{factor.id}/remove/")))
    assert_is_sound(read(other.get("/login/passkey/")))
    challenge = challenge_of(sign_in(other))
    for kind in ("passkey", "sms", "backup_code"):
        assert_is_sound(read(other.get(f"{challenge}&use={kind}")))
    assert_is_sound(read(other.post(f"{challenge}&use=backup_code", {"code": "wrong"})))
    assert_is_sound(read(other.get("/login/step-up/?acr=nonsense")))

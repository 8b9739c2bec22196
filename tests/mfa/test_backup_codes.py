"""Backup codes: ten, shown once, each good once."""

import hashlib
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts_app.models import User
from mfa_app.models import BackupCode
from tests.mfa.pages import (
    SECURITY,
    add_app,
    at,
    challenge_of,
    is_signed_in,
    make_backup_codes,
    sign_in,
)


@pytest.fixture
def codes(browser: Client) -> list[str]:
    add_app(browser)
    return make_backup_codes(browser)


@pytest.mark.requirement("F26", "H03")
def test_each_code_signs_in_once(codes: list[str], new_browser: Callable[[], Client]) -> None:
    assert len(set(codes)) == 10
    first, second = new_browser(), new_browser()
    done = first.post(at(challenge_of(sign_in(first)), use="backup_code"), {"code": codes[0]})
    assert done.status_code == 303
    assert is_signed_in(first)
    again = second.post(at(challenge_of(sign_in(second)), use="backup_code"), {"code": codes[0]})
    assert again.status_code == 400
    assert "used already" in again.content.decode()
    assert not is_signed_in(second)
    assert (
        second.post(at(challenge_of(sign_in(second)), use="backup_code"), {"code": codes[1]}).status_code
        == 303
    )


@pytest.mark.requirement("H03")
def test_they_are_written_as_people_write_them(codes: list[str], other: Client) -> None:
    typed = codes[0].replace("-", " ").upper().replace("0", "O").replace("1", "l")
    assert other.post(at(challenge_of(sign_in(other)), use="backup_code"), {"code": typed}).status_code == 303


@pytest.mark.requirement("H03")
def test_they_have_80_bits_and_only_hashes_are_kept(codes: list[str], person: User) -> None:
    assert {len(code.replace("-", "")) * 5 for code in codes} == {80}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mfa_app_backupcode")
        kept = repr(cursor.fetchall())
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    bare = codes[0].replace("-", "")
    expected = hashlib.sha256(f"backup-code:{person.sub}:{bare}".encode()).hexdigest()
    assert BackupCode.objects.filter(code_hash=expected).exists()


@pytest.mark.requirement("H03")
def test_they_are_shown_once_and_new_ones_kill_the_old(
    codes: list[str], browser: Client, other: Client
) -> None:
    for path in (SECURITY, f"{SECURITY}backup-codes/"):
        page = browser.get(path).content.decode()
        assert not [code for code in codes if code in page]
    fresh = make_backup_codes(browser)
    challenge = at(challenge_of(sign_in(other)), use="backup_code")
    assert other.post(challenge, {"code": codes[0]}).status_code == 400
    assert other.post(challenge, {"code": fresh[0]}).status_code == 303


@pytest.mark.requirement("L09", "L03")
def test_the_owner_is_told_how_many_are_left_and_never_which(codes: list[str], other: Client) -> None:
    mail.outbox.clear()
    other.post(at(challenge_of(sign_in(other)), use="backup_code"), {"code": codes[3]})
    letters = [letter.body for letter in mail.outbox if "backup code" in letter.body]
    assert len(letters) == 1
    assert "9 are left" in letters[0]
    assert codes[3] not in letters[0]


def test_somebody_elses_code_is_none_of_mine(
    codes: list[str], person: User, server: None, new_browser: Callable[[], Client]
) -> None:
    BackupCode.objects.all().delete()
    assert len(codes) == 10
    other = new_browser()
    challenge = at(challenge_of(sign_in(other)), use="backup_code")
    assert "authenticator app" in other.get(challenge).content.decode(), "without codes they are not offered"
    assert other.post(challenge, {"code": codes[0]}).status_code == 400

"""Passkeys: added with a fresh sign-in, good as a second factor and alone, and refused for every reason there is."""

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
from mfa_app.models import Passkey, PasskeyChallenge
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.mfa.key import SoftKey, b64
from tests.mfa.pages import (
    PASSWORD,
    SECURITY,
    add_passkey,
    at,
    challenge_of,
    is_signed_in,
    make_backup_codes,
    sign_in,
)

LOGIN = "/login/passkey/"
OTHER_PHONE = "+97688112244"


NONSENSE = [
    "",
    "x",
    "[]",
    "{}",
    "null",
    "[" * 5000,
    '{"response": 1}',
    '{"rawId": "✗", "response": {}}',
    '{"id": "a", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": 5}}',
]


def ask(client: Client, url: str = f"{LOGIN}options/") -> dict[str, Any]:
    answer = client.post(url)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def use(client: Client, key: SoftKey, url: str = LOGIN, **changes: Any) -> Any:
    """Sign in with the key alone."""
    return client.post(url, key.get(ask(client), **changes))


@pytest.mark.requirement("F26", "H04", "D08")
@pytest.mark.parametrize(("is_synced", "name"), [(False, "hwk"), (True, "swk")])
def test_a_passkey_signs_in_alone_and_is_two_factors(
    browser: Client, other: Client, is_synced: bool, name: str
) -> None:
    key = add_passkey(browser, SoftKey(is_synced=is_synced))
    answer = other.post(f"{LOGIN}?next=/account/", key.get(ask(other)))
    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    session = SsoSession.objects.latest("created_at")
    assert (session.acr, session.amr) == ("aal2", sorted([name, "mfa", "user"]))


@pytest.mark.requirement("F26", "H04")
def test_after_a_password_a_key_that_is_only_touched_will_do(browser: Client, other: Client) -> None:
    key = add_passkey(browser, SoftKey(verifies=False))
    challenge = challenge_of(sign_in(other))
    assert "data-passkey" in other.get(challenge).content.decode()
    asked = ask(other, at(challenge, "passkey-options/"))
    named = [one["id"] for one in asked["publicKey"]["allowCredentials"]]
    assert named == [b64(key.credential_id)]
    assert other.post(challenge, key.get(asked)).status_code == 303
    session = SsoSession.objects.latest("created_at")
    assert (session.acr, session.amr) == ("aal2", ["hwk", "mfa", "pwd"])


@pytest.mark.requirement("H04")
def test_a_key_that_did_not_verify_its_user_signs_nobody_in_alone(browser: Client, other: Client) -> None:
    key = add_passkey(browser, SoftKey(verifies=False))
    assert ask(other)["publicKey"]["userVerification"] == "required"
    assert use(other, key).status_code == 400
    assert not is_signed_in(other)


@pytest.mark.requirement("H04")
@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://testserver.evil.example"},
        {"origin": "http://testserver:8000"},
        {"origin": "https://testserver"},
        {"rp_id": "evil.example"},
    ],
)
def test_another_site_gets_nothing(browser: Client, other: Client, change: dict[str, Any]) -> None:
    key = add_passkey(browser)
    for name, value in change.items():
        setattr(key, name, value)
    assert use(other, key).status_code == 400
    assert not is_signed_in(other)
    asked = browser.post(f"{SECURITY}passkey/options/").json()
    foreign = SoftKey(**change)
    assert browser.post(f"{SECURITY}passkey/", foreign.create(asked)).status_code == 400
    assert Passkey.objects.count() == 1


@pytest.mark.requirement("H04")
def test_an_answer_is_taken_once(browser: Client, new_browser: Callable[[], Client]) -> None:
    key = add_passkey(browser)
    other = new_browser()
    answer = key.get(ask(other))
    assert other.post(LOGIN, answer).status_code == 303
    other.post("/logout/")
    again = other.post(LOGIN, answer)
    assert again.status_code == 400
    assert "took too long" in again.content.decode()


@pytest.mark.requirement("H04")
def test_a_wrong_answer_uses_the_challenge_up(browser: Client, other: Client) -> None:
    key = add_passkey(browser)
    asked = ask(other)
    assert other.post(LOGIN, key.get(asked, signature=b64(b"x" * 70))).status_code == 400
    assert other.post(LOGIN, key.get(asked)).status_code == 400
    assert not PasskeyChallenge.objects.filter(pk=asked["challenge_id"]).exists()


@pytest.mark.requirement("H04")
def test_a_challenge_is_for_its_browser_purpose_and_time(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    key = add_passkey(browser)
    first, second = new_browser(), new_browser()
    asked = ask(first)
    assert second.post(LOGIN, key.get(asked)).status_code == 400
    second_factor = ask(second, at(challenge_of(sign_in(second)), "passkey-options/"))
    assert second.post(LOGIN, key.get(second_factor)).status_code == 400
    old = ask(first)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert first.post(LOGIN, key.get(old)).status_code == 400
    assert not is_signed_in(first)
    assert not is_signed_in(second)


@pytest.mark.requirement("H04")
def test_challenges_are_256_bits_and_never_the_same(browser: Client, other: Client) -> None:
    challenges = {ask(other)["publicKey"]["challenge"] for _ in range(5)}
    assert len(challenges) == 5
    assert {len(challenge) for challenge in challenges} == {43}


@pytest.mark.requirement("H04", "H06")
def test_somebody_elses_key_is_no_second_factor_of_mine(
    browser: Client, person: User, new_browser: Callable[[], Client]
) -> None:
    add_passkey(browser)
    create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    thief = new_browser()
    sign_in(thief, OTHER_PHONE)
    theirs = add_passkey(thief)
    victim = new_browser()
    challenge = challenge_of(sign_in(victim))
    asked = ask(victim, at(challenge, "passkey-options/"))
    assert victim.post(challenge, theirs.get(asked)).status_code == 400
    assert victim.post(challenge, theirs.get(asked, userHandle=b64(person.sub.bytes))).status_code == 400
    assert not is_signed_in(victim)


@pytest.mark.requirement("H04")
@pytest.mark.parametrize("handle", ["", None, b64(b"another person!!"), "not base64 ✗"])
def test_a_key_that_names_another_account_is_refused(browser: Client, other: Client, handle: str) -> None:
    key = add_passkey(browser)
    assert use(other, key, userHandle=handle).status_code == 400
    assert not is_signed_in(other)


@pytest.mark.requirement("H04", "L09")
def test_a_counter_that_goes_backwards_suspends_the_key_and_tells(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    key = add_passkey(browser)
    first, second = new_browser(), new_browser()
    assert use(first, key).status_code == 303
    mail.outbox.clear()
    key.counter = 0
    assert use(second, key).status_code == 400
    key.counter = 100
    assert use(second, key).status_code == 400, "the genuine one does not work either"
    assert not is_signed_in(second)
    assert len(mail.outbox) == 1
    assert "copy" in mail.outbox[0].body
    assert OAuthTokenLog.objects.filter(event="passkey.suspended").count() == 1
    assert "refused" in first.get(SECURITY).content.decode()


def test_a_key_without_a_counter_works_again_and_again(
    browser: Client, new_browser: Callable[[], Client]
) -> None:
    key = add_passkey(browser, SoftKey(counts=False))
    for _ in range(3):
        assert use(new_browser(), key).status_code == 303


@pytest.mark.requirement("H04")
def test_one_key_is_one_accounts(browser: Client, person: User, new_browser: Callable[[], Client]) -> None:
    key = add_passkey(browser)
    create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    thief = new_browser()
    sign_in(thief, OTHER_PHONE)
    asked = thief.post(f"{SECURITY}passkey/options/").json()
    assert thief.post(f"{SECURITY}passkey/", key.create(asked)).status_code == 409
    assert Passkey.objects.get().user_id == person.pk


@pytest.mark.requirement("L07")
@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_is_refused_and_no_error_of_ours(browser: Client, other: Client, credential: str) -> None:
    add_passkey(browser)
    fields = {"challenge_id": ask(other)["challenge_id"], "credential": credential}
    assert other.post(LOGIN, fields).status_code == 400
    assert other.post(LOGIN, {**fields, "challenge_id": "no-uuid"}).status_code == 400
    mine = {**fields, "challenge_id": browser.post(f"{SECURITY}passkey/options/").json()["challenge_id"]}
    assert browser.post(f"{SECURITY}passkey/", mine).status_code == 400


@pytest.mark.requirement("I04")
def test_a_shut_account_is_opened_by_no_key(browser: Client, person: User, other: Client) -> None:
    key = add_passkey(browser)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert use(other, key).status_code == 400
    assert not is_signed_in(other)


@pytest.mark.requirement("L07")
@pytest.mark.usefixtures("standing_still")
def test_one_address_gets_no_end_of_challenges(other: Client, settings: Any) -> None:
    settings.PASSKEY_CHALLENGES_PER_IP_PER_MINUTE = 3
    statuses = [other.post(f"{LOGIN}options/").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_the_log_in_page_offers_passkeys_and_says_how_to_go_on_without_script(other: Client) -> None:
    page = other.get("/login/?next=/account/").content.decode()
    assert 'href="/login/passkey/?next=%2Faccount%2F"' in page
    assert "js/passkeys.js" in page
    assert "<noscript>" in other.get(LOGIN).content.decode()


def test_backup_codes_come_after_the_first_factor(browser: Client) -> None:
    assert browser.post(f"{SECURITY}backup-codes/")["Location"] == SECURITY
    add_passkey(browser)
    assert len(make_backup_codes(browser)) == 10

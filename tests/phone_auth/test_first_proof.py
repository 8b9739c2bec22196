"""An account whose number nobody has proven (an import, an operator's entry), and its owner's first code.

The five classes of pre-hijacking (Sudhodanan & Paverd 2022) where the attacker's account is there before its number is
proven: whatever they prepared is gone with the first proof, by whichever door it comes.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.claims import standard_claims
from accounts_app.models import PhoneChange, User
from accounts_app.phone_changes import change_phone
from accounts_app.services import create_person
from core_app.events import Event
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application, Consent, RefreshToken
from phone_auth_app.flows.change_phone import undo_hash
from sessions_app.models import Device, SsoSession
from tests.oauth import OAuthBrowser, exchange, introspect, refresh
from tests.phone_api.app import PhoneApp, last_code
from tests.phone_auth.pages import (
    CHOOSE_PASSWORD,
    CODE_LOGIN,
    CODE_LOGIN_VERIFY,
    OTHER_PHONE,
    PASSWORD,
    PHONE,
    PROFILE,
    RESET,
    RESET_PASSWORD,
    RESET_VERIFY,
    VERIFY,
    ask_for_code,
    is_signed_in,
    page_text,
    post,
    sign_in,
    start,
    wrong,
)

NewBrowser = Callable[[], Client]
ATTACKERS_PASSWORD = "three patient wolves"

pytestmark = pytest.mark.requirement("J02")


def by_code(browser: Client) -> None:
    post(browser, CODE_LOGIN_VERIFY, {"code": ask_for_code(browser, CODE_LOGIN)})
    assert is_signed_in(browser)


def by_reset(browser: Client) -> None:
    answer = post(browser, RESET_VERIFY, {"code": ask_for_code(browser, RESET)})
    assert answer["Location"] == RESET_PASSWORD


def by_sign_up(browser: Client) -> None:
    answer = post(browser, VERIFY, {"code": start(browser)})
    assert answer["Location"] == CHOOSE_PASSWORD


DOORS = [by_code, by_reset, by_sign_up]
Door = Callable[[Client], None]


@pytest.fixture
def api_server(server: None) -> None:
    """A server that gives tokens to apps with pages of their own."""
    ensure_first_party_client()


@pytest.fixture
def unproven(transactional_db: None) -> User:
    """Somebody's number on an account that another has prepared, password and address included."""
    return create_person(
        phone=PHONE, password=ATTACKERS_PASSWORD, phone_proven_at=None, email="attacker@example.com"
    )


def make_unproven() -> None:
    """What an import leaves of an account that was in use elsewhere."""
    User.objects.filter(phone=PHONE).update(phone_proven_at=None)


@pytest.mark.requirement("login:F07")
def test_before_the_proof_the_right_password_gets_the_answer_of_a_wrong_one(
    unproven: User, new_browser: NewBrowser, hashes: list[str]
) -> None:
    right = sign_in(new_browser(), PHONE, ATTACKERS_PASSWORD)
    work_of_right, hashes[:] = list(hashes), []
    false = sign_in(new_browser(), PHONE, PASSWORD)
    assert right.status_code == false.status_code == 400
    assert page_text(right) == page_text(false)
    assert work_of_right == hashes


@pytest.mark.parametrize("door", DOORS)
def test_classic_merge_the_password_that_was_there_first_opens_nothing_any_more(
    unproven: User, new_browser: NewBrowser, events: list[Event], door: Door
) -> None:
    door(new_browser())
    unproven.refresh_from_db()
    assert unproven.phone_proven_at is not None
    assert not unproven.has_usable_password()
    assert sign_in(new_browser(), PHONE, ATTACKERS_PASSWORD).status_code == 400
    told = [event for event in events if event.name == "phone.first_proven"]
    assert [(event.user_id, event.subject) for event in told] == [(unproven.pk, str(unproven.sub))]


@pytest.mark.requirement("C13")
@pytest.mark.parametrize("door", DOORS)
def test_unexpired_session_whoever_was_signed_in_is_not_any_more(
    person: User, new_browser: NewBrowser, door: Door
) -> None:
    attacker, owner = new_browser(), new_browser()
    sign_in(attacker)
    make_unproven()
    door(owner)
    assert not is_signed_in(attacker)
    ended = SsoSession.objects.exclude(ended_at=None).get()
    assert ended.end_reason == "credentials_changed"
    live = SsoSession.objects.filter(ended_at=None)
    assert Device.objects.count() == live.count(), "the attacker's is no known device"


@pytest.mark.parametrize("door", DOORS)
def test_trojan_identifier_an_unverified_address_goes_and_a_verified_one_stays(
    unproven: User, new_browser: NewBrowser, door: Door
) -> None:
    verified = create_person(
        phone=OTHER_PHONE,
        password=None,
        phone_proven_at=None,
        email="owner@example.com",
        email_verified_at=timezone.now(),
    )
    door(new_browser())
    unproven.refresh_from_db()
    assert (unproven.email, unproven.email_verified_at) == ("", None)
    owner = new_browser()
    post(owner, CODE_LOGIN_VERIFY, {"code": ask_for_code(owner, CODE_LOGIN, OTHER_PHONE)})
    verified.refresh_from_db()
    assert verified.email == "owner@example.com"


@pytest.mark.requirement("G15")
@pytest.mark.parametrize("door", DOORS)
def test_unexpired_change_a_link_that_would_take_the_number_back_does_nothing_any_more(
    unproven: User, new_browser: NewBrowser, door: Door
) -> None:
    unproven.phone = None
    unproven.save()
    change_phone(
        user=unproven,
        phone=PHONE,
        undo_hash=undo_hash("attackers-link"),
        undo_until=timezone.now() + timedelta(days=3),
    )
    make_unproven()
    door(new_browser())
    answer = post(new_browser(), "/account/phone/undo/attackers-link/")
    assert answer.status_code == 400
    assert User.objects.get(pk=unproven.pk).phone == PHONE
    assert PhoneChange.objects.get().undone_at is None


@pytest.mark.requirement("K03")
@pytest.mark.parametrize("door", DOORS)
def test_what_apps_were_allowed_and_given_ends(
    person: User,
    app: Application,
    api: tuple[str, str],
    new_browser: NewBrowser,
    door: Door,
) -> None:
    attacker = OAuthBrowser(new_browser())
    attacker.sign_in(PHONE, PASSWORD)
    tokens = attacker.tokens(scope="openid phone offline_access")
    code = attacker.code(scope="openid phone")
    RefreshToken.objects.update(session=None)
    make_unproven()
    assert introspect(attacker.client, tokens["access_token"], api)["active"] is True
    door(new_browser())
    assert introspect(attacker.client, tokens["access_token"], api) == {"active": False}
    assert refresh(attacker.client, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert exchange(attacker.client, code).json()["error"] == "invalid_grant"
    assert Consent.objects.get().withdrawn_at is not None


@pytest.mark.requirement("J01")
def test_non_verifying_source_a_number_that_another_system_only_claims_is_not_passed_on_as_proven(
    unproven: User, new_browser: NewBrowser
) -> None:
    assert standard_claims(unproven)["phone_number_verified"] is False
    by_code(new_browser())
    unproven.refresh_from_db()
    assert standard_claims(unproven)["phone_number_verified"] is True


def test_by_json_the_owner_of_an_unproven_number_is_sent_a_code_and_signed_in(
    unproven: User, api_server: None, new_browser: NewBrowser
) -> None:
    owner = PhoneApp(new_browser())
    begun = owner.register().json()
    assert begun["next_step"] == "otp"
    answer = owner.post("verify-otp", session_id=begun["session_id"], code=last_code())
    assert "access_token" in answer.json(), answer.content
    unproven.refresh_from_db()
    assert unproven.phone_proven_at is not None
    assert not unproven.has_usable_password()


def test_a_sign_up_goes_on_with_the_account_that_waited_for_its_owner(
    unproven: User, new_browser: NewBrowser
) -> None:
    owner = new_browser()
    by_sign_up(owner)
    assert owner.get(CHOOSE_PASSWORD).status_code == 200
    answer = post(owner, CHOOSE_PASSWORD, {"password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (303, PROFILE)
    assert is_signed_in(owner)
    assert User.objects.get(phone=PHONE).pk == unproven.pk
    assert sign_in(new_browser(), PHONE, PASSWORD).status_code == 303
    assert sign_in(new_browser(), PHONE, ATTACKERS_PASSWORD).status_code == 400


def test_a_sign_up_by_json_goes_on_with_it_too(
    unproven: User, api_server: None, new_browser: NewBrowser
) -> None:
    """A sign-up that began before the import, and proves the number after it."""
    User.objects.filter(pk=unproven.pk).update(phone=OTHER_PHONE)
    owner = PhoneApp(new_browser())
    session_id = owner.begin()
    User.objects.filter(pk=unproven.pk).update(phone=PHONE, name="Oyun Bat")
    answer = owner.post("verify-otp", session_id=session_id, code=last_code())
    assert answer.json()["next_step"] == "set_password"
    assert owner.post("set-password", session_id=session_id, password=PASSWORD).status_code == 200
    assert "access_token" in owner.post("user-info", session_id=session_id).json()
    kept = User.objects.get(phone=PHONE)
    assert (kept.pk, kept.name) == (unproven.pk, "Oyun Bat")
    assert kept.check_password(PASSWORD)


def test_a_wrong_code_proves_nothing(unproven: User, new_browser: NewBrowser) -> None:
    browser = new_browser()
    post(browser, CODE_LOGIN_VERIFY, {"code": wrong(ask_for_code(browser, CODE_LOGIN))})
    unproven.refresh_from_db()
    assert unproven.phone_proven_at is None
    assert unproven.check_password(ATTACKERS_PASSWORD)


def test_the_second_proof_changes_nothing(person: User, new_browser: NewBrowser, events: list[Event]) -> None:
    attacker = new_browser()
    sign_in(attacker)
    by_code(new_browser())
    assert is_signed_in(attacker)
    assert sign_in(new_browser()).status_code == 303
    assert "phone.first_proven" not in [event.name for event in events]

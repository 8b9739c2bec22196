"""OpenID Connect Core §3.1.2.1: prompt, max_age, hints, and the wishes about how pages look."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from jwt_app.keys import ensure_active_key, forget_cached_keys
from jwt_app.models import SigningKey
from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, decode, exchange

OTHER_PHONE = "+97688112233"


@pytest.fixture
def settled(browser_of_somebody: OAuthBrowser, app: Application) -> OAuthBrowser:
    """A browser in which everything that can be asked has been asked."""
    browser_of_somebody.code()
    return browser_of_somebody


def query_of(answer: Any) -> dict[str, str]:
    assert answer.status_code == 303, answer.content.decode()
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def prove_again(browser: OAuthBrowser, location: str) -> Any:
    """Fill in the log-in page and come back to the authorization endpoint."""
    page = browser.client.get(location)
    assert b'name="password"' in page.content
    answer = browser.client.post(location, {"phone": PHONE, "password": PASSWORD})
    return browser.client.get(answer["Location"])


@pytest.mark.requirement("A11")
def test_oidcc_prompt_none_logged_in(settled: OAuthBrowser) -> None:
    assert "code" in query_of(settled.authorize(prompt="none"))


@pytest.mark.requirement("A11")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid email"}, "consent_required"),
        ({"claims": json.dumps({"userinfo": {"email": None}})}, "consent_required"),
        ({"max_age": "0"}, "login_required"),
        ({"id_token_hint": "of another person"}, "login_required"),
    ],
    ids=str,
)
def test_prompt_none_never_shows_a_page(
    settled: OAuthBrowser, changes: dict[str, str], error: str, other_hint: str
) -> None:
    wishes = {**changes, **({"id_token_hint": other_hint} if "id_token_hint" in changes else {})}
    with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
        answer = query_of(settled.authorize(prompt="none", **wishes))
    assert answer["error"] == error
    assert answer["iss"] == "http://testserver"
    assert "code" not in answer


@pytest.mark.requirement("A11")
def test_oidcc_prompt_none_not_logged_in(stranger: OAuthBrowser, app: Application) -> None:
    assert query_of(stranger.authorize(prompt="none"))["error"] == "login_required"


@pytest.mark.requirement("A11", "D08")
@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "1"}, {"max_age": "0"}], ids=str)
def test_oidcc_prompt_login_and_max_age_1_ask_again_and_move_auth_time(
    settled: OAuthBrowser, changes: dict[str, str]
) -> None:
    before = SsoSession.objects.get().auth_time
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        answer = settled.authorize(**changes)
        assert answer["Location"].startswith("/login/")
        resume = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
        skipped = settled.client.get(resume)
        assert skipped["Location"].startswith("/login/"), "going on without a new proof gives nothing"
        code = query_of(prove_again(settled, answer["Location"]))["code"]
        identity = decode(exchange(Client(), code).json()["id_token"])
    assert identity["auth_time"] >= int(before.timestamp()) + 29


@pytest.mark.requirement("A11")
@pytest.mark.parametrize("max_age", ["10000", "999999999", "9999999999", "9" * 20])
def test_oidcc_max_age_10000_lets_a_young_sign_in_pass(settled: OAuthBrowser, max_age: str) -> None:
    assert "code" in query_of(settled.authorize(max_age=max_age, prompt="none"))


@pytest.mark.requirement("A11")
def test_prompt_consent_asks_although_it_was_given(settled: OAuthBrowser) -> None:
    answer = settled.authorize(prompt="consent")
    assert answer["Location"].startswith("/o/consent/")
    resumed = settled.client.get(settled.consent(answer["Location"])["Location"])
    assert "code" in query_of(resumed)


@pytest.mark.requirement("A11")
def test_prompt_login_consent_asks_for_both(settled: OAuthBrowser) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        answer = settled.authorize(prompt="consent login")
        after = prove_again(settled, answer["Location"])
    assert after["Location"].startswith("/o/consent/")


def test_prompt_select_account_offers_the_choice_and_takes_it(settled: OAuthBrowser) -> None:
    answer = settled.authorize(prompt="select_account")
    assert query_of(answer)["prompt"] == "select_account"
    page = settled.client.get(answer["Location"])
    assert b"account=current" in page.content
    resumed = settled.client.get(f"{query_of(answer)['next']}&account=current")
    assert "code" in query_of(resumed)


def test_prompt_create_leads_to_sign_up(stranger: OAuthBrowser, app: Application) -> None:
    answer = stranger.authorize(prompt="create")
    assert answer["Location"].startswith("/signup/")
    assert stranger.client.get(answer["Location"]).status_code == 200


@pytest.fixture
def other_hint(settled: OAuthBrowser, somebody: User) -> str:
    """An ID token of ours about somebody else."""
    other = OAuthBrowser(Client())
    person = User.objects.create(phone=OTHER_PHONE, phone_proven_at=timezone.now())
    person.set_password(PASSWORD)
    person.save()
    other.sign_in(OTHER_PHONE, PASSWORD)
    return str(other.tokens()["id_token"])


@pytest.mark.requirement("A11")
def test_oidcc_id_token_hint_of_the_signed_in_person(settled: OAuthBrowser) -> None:
    hint = settled.tokens()["id_token"]
    assert "code" in query_of(settled.authorize(prompt="none", id_token_hint=hint))


@pytest.mark.requirement("A11", "feature:F07")
def test_3_1_2_1_an_expired_hint_of_a_retired_key_is_good_enough(settled: OAuthBrowser) -> None:
    hint = settled.tokens()["id_token"]
    SigningKey.objects.update(
        state=SigningKey.State.RETIRED, active_slot=None, verify_until=timezone.now() + timedelta(days=1)
    )
    forget_cached_keys()
    ensure_active_key(algorithm="RS256")
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        assert "code" in query_of(settled.authorize(prompt="none", id_token_hint=hint))


@pytest.mark.requirement("A11")
@pytest.mark.parametrize("kind", ["junk", "access token", "unsigned", "changed"])
def test_a_hint_that_is_no_id_token_of_ours_is_refused(settled: OAuthBrowser, kind: str) -> None:
    tokens = settled.tokens()
    header, payload, signature = tokens["id_token"].split(".")
    hints = {
        "junk": "junk",
        "access token": tokens["access_token"],
        "unsigned": f"{header}.{payload}.",
        "changed": f"{header}.{payload[:-4]}AAAA.{signature}",
    }
    answer = query_of(settled.authorize(prompt="none", id_token_hint=hints[kind]))
    assert answer["error"] == "invalid_request"
    assert "code" not in answer


@pytest.mark.requirement("A11")
def test_a_hint_of_another_person_asks_who_it_is(settled: OAuthBrowser, other_hint: str) -> None:
    answer = settled.authorize(id_token_hint=other_hint)
    assert answer["Location"].startswith("/login/")
    assert query_of(answer)["prompt"] == "login"
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        again = query_of(prove_again(settled, answer["Location"]))
    assert again["error"] == "login_required"
    assert "code" not in again


@pytest.mark.requirement("G11")
def test_oidcc_login_hint_fills_the_page_in_and_says_nothing_about_accounts(
    stranger: OAuthBrowser, app: Application, somebody: User
) -> None:
    pages = []
    for phone in (PHONE, OTHER_PHONE):
        browser = OAuthBrowser(Client())
        answer = browser.authorize(login_hint=phone)
        page = browser.client.get(answer["Location"])
        assert page.status_code == 200
        assert phone.removeprefix("+976") in page.content.decode().replace(" ", "")
        pages.append(len(page.content))
    assert abs(pages[0] - pages[1]) < 40
    for hint in ("buffy@testserver", "x" * 3000, "'\"><script>", "+9", "\u202e123"):
        answer = stranger.authorize(login_hint=hint)
        page = stranger.client.get(answer["Location"])
        assert page.status_code == 200
        assert b"><script>" not in page.content


def language_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()
    return str(answer["Content-Language"])


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("mn", "mn"),
        ("mn-MN", "mn"),
        ("se uk fa", "uk"),
        ("fa-IR en", "fa"),
        ("se", "en"),
        ("../x \u20ac", "en"),
    ],
)
def test_oidcc_ui_locales_the_pages_of_this_request_speak_the_language(
    stranger: OAuthBrowser, app: Application, somebody: User, wish: str, language: str
) -> None:
    login = stranger.authorize(ui_locales=wish)["Location"]
    assert language_of(stranger.client.get(login)) == language
    wrong = stranger.client.post(login, {"phone": PHONE, "password": "wrong"})
    assert wrong["Content-Language"] == language
    resume = stranger.client.post(login, {"phone": PHONE, "password": PASSWORD})["Location"]
    consent = stranger.client.get(resume)["Location"]
    assert language_of(stranger.client.get(consent)) == language
    assert language_of(stranger.client.get("/account/")) == "en"


def test_ui_locales_sign_up_too_and_what_a_person_chose_goes_before(
    stranger: OAuthBrowser, app: Application
) -> None:
    signup = stranger.authorize(ui_locales="mn", prompt="create")["Location"]
    assert language_of(stranger.client.get(signup)) == "mn"
    stranger.client.post("/i18n/setlang/", {"language": "uk", "next": signup})
    assert language_of(stranger.client.get(signup)) == "uk"
    odd = urlencode({"next": "//[x?ui_locales=mn"})
    assert stranger.client.get(f"/login/?{odd}").status_code == 200


@pytest.mark.parametrize(
    "extra",
    [
        {"display": "page"},
        {"display": "popup"},
        {"display": "nonsense"},
        {"claims_locales": "se"},
        {"extra": "foobar"},
        {"registration": "{}"},
        {"nonce": None},
    ],
    ids=str,
)
def test_oidcc_display_claims_locales_and_unknown_parameters_change_nothing(
    settled: OAuthBrowser, extra: dict[str, str | None]
) -> None:
    assert "code" in query_of(settled.authorize(prompt="none", **extra))

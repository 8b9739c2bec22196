"""More proof for somebody signed in: for an app, a scope, the admin, a group."""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.models import Application
from mfa_app.models import TotpFactor
from sessions_app.models import SsoSession
from tests.mfa.pages import (
    PASSWORD,
    PHONE,
    SECRET,
    SECURITY,
    AuthApp,
    add_app,
    at,
    challenge_of,
    is_signed_in,
    last_sms,
    sign_in,
)
from tests.oauth import OAuthBrowser, decode, exchange

STEP_UP = "/login/step-up/?acr=aal2&next=/account/"
OPERATOR = "+97688112255"


def sms_step(client: Client, challenge: str) -> Any:
    """Get a code to the number, and type it in."""
    client.post(at(challenge, "send/", use="sms"))
    return client.post(at(challenge, use="sms"), {"code": last_sms()})


@pytest.mark.requirement("F26", "D08", "I01")
def test_whoever_has_no_second_factor_confirms_with_a_code_to_the_proven_number(browser: Client) -> None:
    before = browser.session.session_key
    session = SsoSession.objects.get()
    challenge = challenge_of(browser.get(STEP_UP))
    assert is_signed_in(browser), "what was proven before still counts"
    done = sms_step(browser, challenge)
    assert (done.status_code, done["Location"]) == (303, "/account/")
    after = SsoSession.objects.get()
    assert (after.sid, after.acr, after.amr) == (session.sid, "aal2", ["mfa", "pwd", "sms"])
    assert browser.session.session_key != before
    assert browser.get(STEP_UP)["Location"] == "/account/", "it is not asked for twice"


def test_a_first_proof_from_long_ago_is_asked_for_again(browser: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        challenge = challenge_of(browser.get(STEP_UP))
        again = challenge_of(sms_step(browser, challenge))
        assert 'type="password"' in browser.get(again).content.decode()
        assert SsoSession.objects.get().acr == "aal1"
        assert browser.post(at(again, use="password"), {"password": "wrong"}).status_code == 400
        assert browser.post(at(again, use="password"), {"password": PASSWORD})["Location"] == "/account/"
        assert SsoSession.objects.get().acr == "aal2"


@pytest.mark.requirement("H06", "C13")
def test_a_step_up_ends_with_the_sign_in_that_it_is_about(browser: Client) -> None:
    app = add_app(browser)
    SsoSession.objects.update(acr="aal1", amr=["pwd"])
    challenge = challenge_of(browser.get(STEP_UP))
    browser.post("/logout/")
    answer = browser.post(challenge, {"code": app.code(steps=1)})
    assert answer["Location"] == "/login/"
    assert not is_signed_in(browser)


@pytest.mark.parametrize("acr", ["", "aal9", "aal1 aal2", "'"])
def test_a_level_that_nobody_knows_is_refused_kindly(browser: Client, acr: str) -> None:
    answer = browser.get("/login/step-up/", {"acr": acr, "next": "/account/"})
    assert answer.status_code == 400


def test_a_stranger_signs_in_first_and_comes_back(other: Client, server: None) -> None:
    answer = other.get(STEP_UP)
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [STEP_UP]


def test_the_way_on_stays_on_this_server(browser: Client) -> None:
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        challenge = challenge_of(browser.get("/login/step-up/", {"acr": "aal2", "next": target}))
        assert challenge
    assert sms_step(browser, challenge)["Location"] == "/"


@pytest.mark.requirement("F52", "D08", "H08")
def test_an_app_that_insists_gets_a_token_that_says_so(app: Application, browser: Client) -> None:
    Application.objects.filter(pk=app.pk).update(required_acr="aal2", is_first_party=True)
    forget_cached_clients()
    person = OAuthBrowser(browser)
    asked = person.authorize()
    challenge = challenge_of(browser.get(asked["Location"]))
    resumed = browser.get(sms_step(browser, challenge)["Location"])
    code = parse_qs(urlsplit(resumed["Location"]).query)["code"][0]
    claims = decode(exchange(browser, code).json()["access_token"])
    assert (claims["acr"], claims["amr"]) == ("aal2", ["mfa", "pwd", "sms"])


@pytest.mark.requirement("L04", "H08", "F26")
def test_operators_need_two_factors_for_the_admin_and_nothing_else_opens_it(
    person: User, other: Client, settings: Any
) -> None:
    settings.ADMIN_REQUIRES_SECOND_FACTOR = ""
    settings.DEBUG = False
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    challenge = challenge_of(sign_in(other, next="/admin/"))
    for path in ("/admin/", "/admin/accounts_app/user/", "/admin/password_change/"):
        assert other.get(path)["Location"].startswith("/admin/login/")
    assert sms_step(other, challenge)["Location"] == "/admin/"
    assert other.get("/admin/").status_code == 200


@pytest.mark.requirement("L04", "H08")
def test_a_sign_in_from_before_is_asked_for_more_at_the_admins_door(
    person: User, browser: Client, settings: Any
) -> None:
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    assert browser.get("/admin/").status_code == 200
    settings.ADMIN_REQUIRES_SECOND_FACTOR = "1"
    door = browser.get("/admin/", follow=False)
    step = browser.get(door["Location"])
    assert step["Location"].startswith("/login/step-up/?acr=aal2&next=%2Fadmin%2F")
    challenge = challenge_of(browser.get(step["Location"]))
    assert sms_step(browser, challenge)["Location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200


@pytest.mark.requirement("L04", "H02", "H06")
def test_an_operator_with_nothing_but_a_password_sets_up_an_app_while_signing_in(
    server: None, other: Client, settings: Any
) -> None:
    settings.ADMIN_REQUIRES_SECOND_FACTOR = "1"
    operator = create_person(phone=OPERATOR, password=PASSWORD, phone_proven_at=timezone.now(), is_staff=True)
    challenge = challenge_of(sign_in(other, OPERATOR))
    User.objects.update(phone_proven_at=None)
    page = other.get(other.get(challenge)["Location"])
    app = AuthApp(SECRET.search(page.content.decode())[1].replace(" ", ""))  # type: ignore[index]
    assert other.post(at(challenge, "set-up/"), {"code": app.wrong_code()}).status_code == 400
    assert not is_signed_in(other)
    assert other.post(at(challenge, "set-up/"), {"code": app.code()})["Location"] == "/"
    assert is_signed_in(other)
    assert TotpFactor.objects.get().user_id == operator.pk
    assert other.get(SECURITY).status_code == 200


@pytest.mark.requirement("H08")
def test_members_of_a_group_can_be_made_to_prove_two_factors(
    person: User, other: Client, settings: Any
) -> None:
    person.groups.add(Group.objects.create(name="treasurers"))
    assert sign_in(other)["Location"] == "/"
    other.post("/logout/")
    settings.MFA_REQUIRED_GROUPS = ["treasurers"]
    challenge = challenge_of(sign_in(other))
    assert not is_signed_in(other)
    assert sms_step(other, challenge)["Location"] == "/"


@pytest.mark.requirement("H08", "H06")
def test_a_way_in_after_which_nothing_helps_is_said_and_opens_nothing(
    person: User, other: Client, settings: Any
) -> None:
    person.set_unusable_password()
    person.email_verified_at = None
    person.is_staff = True
    person.save()
    settings.ADMIN_REQUIRES_SECOND_FACTOR = "1"
    other.post("/login/code/", {"phone": PHONE})
    challenge = challenge_of(other.post("/login/code/verify/", {"code": last_sms()}))
    page = other.get(challenge)
    assert page.status_code == 403
    assert "More proof is needed" in page.content.decode()
    assert not is_signed_in(other)


@pytest.mark.requirement("F26", "D08")
def test_whoever_does_not_want_what_an_app_wishes_for_goes_on_without(
    app: Application, browser: Client
) -> None:
    Application.objects.filter(pk=app.pk).update(is_first_party=True)
    forget_cached_clients()
    asked = OAuthBrowser(browser).authorize(acr_values="aal2")
    page = browser.get(challenge_of(browser.get(asked["Location"]))).content.decode()
    without = re.search(r'<a href="([^"]+)">Go on without it</a>', page)
    assert without is not None, "the wish is not a trap"
    answer = browser.get(html.unescape(without[1]))
    code = parse_qs(urlsplit(answer["Location"]).query)["code"][0]
    assert decode(exchange(browser, code).json()["access_token"])["acr"] == "aal1"


@pytest.mark.requirement("F26", "D08")
def test_nobody_has_to_set_anything_up_for_a_wish(app: Application, browser: Client) -> None:
    User.objects.update(phone=None, phone_proven_at=None, email_verified_at=None)
    Application.objects.filter(pk=app.pk).update(is_first_party=True)
    forget_cached_clients()
    asked = OAuthBrowser(browser).authorize(acr_values="aal2", scope="openid profile")
    answer = browser.get(browser.get(asked["Location"])["Location"])
    assert answer.status_code == 303, answer.content.decode()
    back = browser.get(answer["Location"])
    code = parse_qs(urlsplit(back["Location"]).query)["code"][0]
    assert decode(exchange(browser, code).json()["access_token"])["acr"] == "aal1"

"""The JSON flow from the number to the tokens, and what the tokens are worth."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from accounts_app.models import User
from obligations_app.models import OAuthTokenLog
from sessions_app.ending import end_session
from sessions_app.models import SsoSession
from tests.oauth import decode, introspect, post, refresh
from tests.phone_api.app import (
    OTHER_PHONE,
    PASSWORD,
    PHONE,
    PhoneApp,
    assert_problem,
    codes_sent_to,
    last_code,
)


@pytest.mark.requirement("F21")
def test_a_new_number_signs_up_step_by_step(phone_app: PhoneApp) -> None:
    begun = phone_app.register()
    assert begun.status_code == 200
    assert begun.json()["next_step"] == "otp"
    session_id = begun.json()["session_id"]
    assert uuid.UUID(session_id).version == 4
    assert set(begun.json()) == {"session_id", "next_step"}
    proven = phone_app.post("verify-otp", session_id=session_id, code=last_code())
    assert proven.json() == {"session_id": session_id, "next_step": "set_password"}
    assert not User.objects.filter(phone=PHONE).exists()
    chosen = phone_app.post("set-password", session_id=session_id, password=PASSWORD)
    assert chosen.json() == {"session_id": session_id, "next_step": "user_info"}
    done = phone_app.post(
        "user-info", session_id=session_id, email="ali@example.com", first_name="Ali", last_name="Ahmadi"
    )
    assert done.status_code == 200
    assert done["Cache-Control"] == "no-store"
    assert set(done.json()) == {
        "access_token", "refresh_token", "token_type", "expires_in", "scope", "id_token",
    }  # fmt: skip
    person = User.objects.get(phone=PHONE)
    assert (person.email, person.given_name, person.family_name) == ("ali@example.com", "Ali", "Ahmadi")
    assert person.name == "Ali Ahmadi"
    assert person.email_verified_at is None
    assert person.phone_proven_at is not None
    assert person.last_login is not None


@pytest.mark.requirement("F21")
def test_a_known_number_signs_in_with_its_password(phone_app: PhoneApp, person: User) -> None:
    begun = phone_app.register()
    assert begun.json()["next_step"] == "password"
    assert codes_sent_to(PHONE) == []
    done = phone_app.post("login", session_id=begun.json()["session_id"], password=PASSWORD)
    assert done.status_code == 200
    claims = decode(done.json()["access_token"])
    assert claims["sub"] == str(person.sub)
    assert claims["amr"] == ["pwd"]
    assert done.cookies == {}


@pytest.mark.requirement("F21", "G10")
@pytest.mark.parametrize(
    ("region", "local", "e164"),
    [
        ("MN", "99112233", "+97699112233"),
        ("IR", "09123456789", "+989123456789"),
        ("IR", "۰۹۱۲۳۴۵۶۷۸۹", "+989123456789"),
    ],
)
def test_local_forms_are_read_with_the_default_region(
    phone_app: PhoneApp, settings: Any, region: str, local: str, e164: str
) -> None:
    settings.PHONE_DEFAULT_REGION = region
    phone_app.begin(local)
    assert len(codes_sent_to(e164)) == 1


@pytest.mark.requirement("F21", "F60")
def test_the_tokens_are_those_of_the_server(phone_app: PhoneApp, api: tuple[str, str]) -> None:
    tokens = phone_app.sign_up()
    person = User.objects.get(phone=PHONE)
    session = SsoSession.objects.get(user=person)
    claims = decode(tokens["access_token"])
    assert claims["client_id"] == "first-party"
    assert claims["sid"] == str(session.sid)
    assert claims["amr"] == ["sms"]
    assert tokens["scope"].split() == ["openid", "profile", "email", "phone", "offline_access"]
    identity = decode(tokens["id_token"])
    assert (identity["aud"], identity["sid"], identity["sub"]) == (
        "first-party",
        str(session.sid),
        claims["sub"],
    )
    about = introspect(phone_app.client, tokens["access_token"], api)
    assert about["active"] is True
    header: Any = {"HTTP_AUTHORIZATION": f"Bearer {tokens['access_token']}"}
    told = phone_app.client.get("/o/userinfo/", **header).json()
    assert (told["phone_number"], told["email"], told["name"]) == (PHONE, "ali@example.com", "Ali Ahmadi")
    row = OAuthTokenLog.objects.get(event="token.issued")
    assert (row.client_id, row.grant_type, row.jti) == ("first-party", "first_party", claims["jti"])
    events = set(OAuthTokenLog.objects.values_list("event", flat=True))
    assert events >= {"otp.sent", "otp.verified", "person.signed_up", "session.started", "device.new"}


@pytest.mark.requirement("F21", "feature:F03")
def test_the_tokens_are_refreshed_at_the_token_endpoint(phone_app: PhoneApp) -> None:
    tokens = phone_app.sign_up()
    renewed = refresh(phone_app.client, tokens["refresh_token"], client_id="first-party")
    assert renewed.status_code == 200
    assert renewed.json()["scope"] == tokens["scope"]
    assert decode(renewed.json()["access_token"])["sid"] == decode(tokens["access_token"])["sid"]
    assert refresh(phone_app.client, tokens["access_token"], client_id="first-party").status_code == 400


@pytest.mark.requirement("F21", "F41")
def test_revoking_and_signing_out_end_the_tokens(phone_app: PhoneApp, api: tuple[str, str]) -> None:
    tokens = phone_app.sign_up()
    others = phone_app.log_in().json()
    post(phone_app.client, "/o/revoke_token/", client_id="first-party", token=tokens["refresh_token"])
    assert introspect(phone_app.client, tokens["access_token"], api) == {"active": False}
    assert introspect(phone_app.client, others["access_token"], api)["active"] is True
    session = SsoSession.objects.get(sid=decode(others["access_token"])["sid"])
    end_session(session=session, reason=SsoSession.EndReason.NOT_ME)
    assert introspect(phone_app.client, others["access_token"], api) == {"active": False}
    assert refresh(phone_app.client, others["refresh_token"], client_id="first-party").status_code == 400


@pytest.mark.requirement("F21")
def test_every_step_out_of_its_order_is_told_which_one_is_due(phone_app: PhoneApp) -> None:
    steps = {
        "verify-otp": {"code": "123456"},
        "set-password": {"password": PASSWORD},
        "user-info": {},
        "login": {"password": PASSWORD},
    }
    due = {
        phone_app.begin("+97688112201"): ("verify-otp", "otp"),
        phone_app.prove("+97688112202"): ("set-password", "set_password"),
        phone_app.choose_password("+97688112203"): ("user-info", "user_info"),
        phone_app.begin("+97688112203"): ("login", "password"),
    }
    for session_id, (path, next_step) in due.items():
        for other, fields in steps.items():
            if other != path:
                answer = phone_app.post(other, session_id=session_id, **fields)
                assert assert_problem(answer, 409, "wrong_step")["next_step"] == next_step


def test_a_finished_session_is_gone(phone_app: PhoneApp) -> None:
    session_id = phone_app.choose_password()
    assert phone_app.post("user-info", session_id=session_id).status_code == 200
    for path, fields in (("user-info", {}), ("verify-otp", {"code": "123456"}), ("login", {"password": "x"})):
        answer = phone_app.post(path, session_id=session_id, **fields)
        assert_problem(answer, 400, "session_expired", "session_id")
    assert SsoSession.objects.count() == 1


def test_a_session_nobody_began_is_refused(phone_app: PhoneApp) -> None:
    answer = phone_app.post("set-password", session_id=str(uuid.uuid4()), password=PASSWORD)
    assert_problem(answer, 400, "session_expired", "session_id")


@pytest.mark.requirement("G02", "F22")
def test_codes_and_sessions_run_out(phone_app: PhoneApp) -> None:
    with time_machine.travel("2027-01-04 09:00:00+00:00", tick=False) as clock:
        session_id = phone_app.begin()
        code = last_code()
        clock.shift(121)
        answer = phone_app.post("verify-otp", session_id=session_id, code=code)
        assert_problem(answer, 400, "otp_expired", "code")
        clock.shift(780)
        answer = phone_app.post("verify-otp", session_id=session_id, code=code)
        assert_problem(answer, 400, "session_expired", "session_id")


@pytest.mark.requirement("G07")
def test_a_code_belongs_to_its_session(new_app: Callable[[], PhoneApp]) -> None:
    thief, owner = new_app(), new_app()
    other = thief.begin(OTHER_PHONE)
    mine = owner.begin(PHONE)
    assert_problem(
        thief.post("verify-otp", session_id=other, code=last_code(PHONE)), 400, "otp_wrong", "code"
    )
    assert owner.post("verify-otp", session_id=mine, code=last_code(PHONE)).status_code == 200


def test_another_code_may_be_had_after_the_cool_down(phone_app: PhoneApp) -> None:
    with time_machine.travel("2027-01-04 09:00:00+00:00", tick=False) as clock:
        first = phone_app.begin()
        old_code = last_code()
        answer = phone_app.register()
        assert_problem(answer, 429, "otp_resend_too_soon")
        assert answer["Retry-After"] == "30"
        clock.shift(31)
        second = phone_app.begin()
        assert phone_app.post("verify-otp", session_id=first, code=old_code).status_code == 400
        assert phone_app.post("verify-otp", session_id=second, code=last_code()).status_code == 200


def test_the_profile_may_be_left_empty_and_names_are_checked(phone_app: PhoneApp) -> None:
    session_id = phone_app.choose_password()
    answer = phone_app.post("user-info", session_id=session_id, email="no address", first_name="A\u0000li")
    document = assert_problem(answer, 422, "invalid_fields", *answer.json()["errors"])
    assert set(document["errors"]) == {"email", "first_name"}
    assert phone_app.post("user-info", session_id=session_id).status_code == 200
    assert User.objects.get(phone=PHONE).display_name == ""


@pytest.mark.requirement("login:F01")
@pytest.mark.parametrize("password", ["short", "password", "97699112233x"])
def test_a_weak_password_is_refused_and_may_be_chosen_again(phone_app: PhoneApp, password: str) -> None:
    session_id = phone_app.prove()
    answer = phone_app.post("set-password", session_id=session_id, password=password)
    assert_problem(answer, 422, "weak_password", "password")
    assert phone_app.post("set-password", session_id=session_id, password=PASSWORD).status_code == 200

"""Signing in, signing up and resetting in any order, by pages and JSON at once: nobody gets in who has not proven it.

`LOGIN_FUZZ=500 pytest tests/attacks/test_login_machine.py` walks that many ways, others every time.
"""

import json
import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts_app.models import User
from accounts_app.services import deactivate, reactivate
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from messaging_app.gateways import memory
from tests.attacks.crowd import API_STARTS, API_STEPS, BY_EMAIL, BY_PHONE, CHOOSING, STRONG, Crowd

MANY = os.environ.get("LOGIN_FUZZ", "")
FEW = "12"
STEPS = 24
WITHOUT_END = 10**9
THROTTLES = (
    "API_CALLS_PER_PERSON_PER_MINUTE", "API_CALLS_PER_APP_PER_MINUTE", "API_CALLS_PER_ADDRESS_PER_MINUTE",
    "API_CALLS_PER_IP_PER_MINUTE", "API_CALLS_PER_SESSION", "EMAIL_API_CALLS_PER_IP_PER_MINUTE",
    "MFA_CALLS_PER_IP_PER_MINUTE", "PASSKEY_CHALLENGES_PER_IP_PER_MINUTE", "SOCIAL_STARTS_PER_IP_PER_MINUTE",
    "SMS_NUMBERS_PER_BLOCK", "EMAIL_STARTS_PER_IP_PER_HOUR", "EMAIL_LINKS_PER_IP_PER_HOUR",
    "SIGNUP_STARTS_PER_IP_PER_HOUR", "CODE_STARTS_PER_IP_PER_HOUR", "API_NUMBERS_PER_IP_PER_HOUR",
)  # fmt: skip
PROVIDERS = json.dumps([{"id": "github", "kind": "github", "client_id": "us", "client_secret": "s"}])

PLACES = (
    *BY_PHONE, *BY_EMAIL, *CHOOSING, *(f"{way}verify/" for way in (*BY_PHONE, *BY_EMAIL)),
    *API_STARTS, *API_STEPS, "/login/", "/login/email/", "/signup/profile/", "/login/passkey/",
    "/login/second-factor/", "/login/second-factor/send/", "/login/second-factor/set-up/", "/login/step-up/",
    "/api/auth/login/", "/api/auth/mfa/verify/", "/api/auth/mfa/verify-passkey/", "/api/auth/passkeys/sign-in/",
    "/api/v1/sso/login", "/account/password/", "/account/security/app/", "/o/consent/",
)  # fmt: skip
KINDS = ("totp", "backup_code", "password", "sms", "email", "passkey")

actors = st.integers(0, 2)
people = st.integers(0, 3)
tried = st.sampled_from(("right", "right", "right", "wrong", "", "another's"))
picked = st.integers(0, 7)


class LoginMachine(Crowd):
    """Anything in any order. After every request `World` compares what changed with what was proven."""

    reached: set[str] = set()

    def teardown(self) -> None:
        type(self).reached |= self.world.reached
        super().teardown()

    @rule(
        who=actors,
        which=people,
        how=tried,
        door=st.sampled_from(("/login/", "/login/email/", "/api/auth/login/")),
        steps=st.integers(0, 2),
    )
    def types_a_password(self, who: int, which: int, how: str, door: str, steps: int) -> None:
        person = self.known(which)
        name = {"phone": person.phone} if door == "/login/" else {"email": person.email}
        self.post(who, door, **name, password=self.password_of(which, how))
        self.does_as_told(who, steps)

    @rule(who=actors, which=people, way=st.sampled_from(BY_PHONE + BY_EMAIL), steps=st.integers(0, 3))
    def begins(self, who: int, which: int, way: str, steps: int) -> None:
        name = {"phone": self.phone(which)} if way in BY_PHONE else {"email": self.email(which)}
        self.post(who, way, **name)
        self.does_as_told(who, steps)

    @rule(who=actors, which=people, path=st.sampled_from(tuple(API_STARTS)), steps=st.integers(0, 3))
    def begins_as_an_app(self, who: int, which: int, path: str, steps: int) -> None:
        is_phone = API_STARTS[path] == "mobile_number"
        self.post(who, path, **{API_STARTS[path]: self.phone(which) if is_phone else self.email(which)})
        self.does_as_told(who, steps)

    @rule(who=actors, way=st.sampled_from(BY_PHONE + BY_EMAIL), how=tried, pick=picked)
    def types_a_code(self, who: int, way: str, how: str, pick: int) -> None:
        self.post(who, f"{way}verify/", code=self.code_for(who, how, pick))

    @rule(who=actors, way=st.sampled_from(BY_PHONE + BY_EMAIL))
    def asks_for_another_code(self, who: int, way: str) -> None:
        self.time.shift(timedelta(seconds=61))
        self.post(who, f"{way}resend/")

    @rule(who=actors, page=st.sampled_from(CHOOSING), how=tried)
    def chooses_a_password(self, who: int, page: str, how: str) -> None:
        self.post(who, page, password=STRONG if how == "right" else how and "123")

    @rule(who=actors, path=st.sampled_from(API_STEPS), how=tried, other=tried, pick=picked, which=people)
    def goes_on_as_an_app(self, who: int, path: str, how: str, other: str, pick: int, which: int) -> None:
        password = self.password_of(which, other) if path == "/api/login/" else STRONG
        wanted = {"session_id": self.app_session(who, other, pick), "code": self.code_for(who, how, pick)}
        wanted["password"] = password if how else ""
        if path == "/api/user-info/":
            wanted = {"session_id": wanted["session_id"], "first_name": "A", "last_name": "B", "email": ""}
        elif path in {"/api/verify-otp/", "/api/set-password/", "/api/login/"}:
            wanted.pop("password" if path == "/api/verify-otp/" else "code")
        self.post(who, path, **wanted)

    @precondition(lambda self: any(each.logins for each in self.world.actors))
    @rule(who=actors, whose=tried, use=st.sampled_from(KINDS), how=tried, pick=picked, is_app=st.booleans())
    def proves_a_factor(self, who: int, whose: str, use: str, how: str, pick: int, is_app: bool) -> None:
        typed = self.factor_of(1, how, pick) if use in KINDS[:3] else self.code_for(who, how, pick)
        login = self.login_id(who, whose, pick)
        if is_app:
            self.post(who, "/api/auth/mfa/verify/", login_id=login, method=use, code=typed)
        else:
            field = "password" if use == "password" else "code"
            self.post(who, f"/login/second-factor/?login={login}&use={use}", **{field: typed})

    @precondition(lambda self: any(each.logins for each in self.world.actors))
    @rule(
        who=actors,
        whose=tried,
        pick=picked,
        path=st.sampled_from(("send", "passkey-options", "methods", "set-up")),
    )
    def asks_about_a_waiting_login(self, who: int, whose: str, pick: int, path: str) -> None:
        login = self.login_id(who, whose, pick)
        self.post(who, f"/api/auth/mfa/{path}/", login_id=login, method=("sms", "email")[pick % 2])
        if path != "methods":
            self.post(who, f"/login/second-factor/{path}/?login={login}&use={('sms', 'email')[pick % 2]}")

    @rule(who=actors, which=st.integers(0, 1), steps=st.integers(0, 1), is_signed_in=st.booleans())
    def is_asked_to_step_up(self, who: int, which: int, steps: int, is_signed_in: bool) -> None:
        if is_signed_in:
            self.types_a_password(who, which, "right", "/login/", 1)
        self.world.send(
            self.world.actors[who], "/login/step-up/", {"acr": "aal2", "next": "/account/"}, get=True
        )
        self.does_as_told(who, steps)

    @precondition(lambda self: any("/" in got.text for each in self.world.actors for got in each.received))
    @rule(who=actors, owner=actors, pick=picked)
    def opens_a_link(self, who: int, owner: int, pick: int) -> None:
        links = [got for got in self.world.actors[owner].received if "/" in got.text]
        if links:
            link = links[-1 - pick % len(links)]
            # Whoever opens it reads the mailbox, in whatever browser.
            self.world.actors[who].received.append(link)
            self.world.send(self.world.actors[who], link.text, get=True)
            self.post(who, link.text)

    @rule(who=actors)
    def meets_a_login_of_another(self, who: int) -> None:
        """The factor is right, and the login is not the one of whoever sends it."""
        self.types_a_password(who, 1, "right", "/login/", 0)
        self.time.shift(timedelta(seconds=60))
        login, code = self.login_id(who, "right", 0), self.known(1).totp_code()
        thief = (who + 1) % 3
        self.post(thief, f"/login/second-factor/?login={login}&use=totp", code=code)
        self.post(thief, "/api/auth/mfa/verify/", login_id=login, method="totp", code=code)

    @rule(
        who=actors,
        which=st.integers(0, 1),
        way=st.sampled_from(("/password/forgot/", "/password/forgot/email/")),
    )
    def resets_a_password(self, who: int, which: int, way: str) -> None:
        self.time.shift(timedelta(seconds=130))
        self.begins(who, which, way, 2)

    @rule(who=actors, again=actors, use=st.sampled_from(("totp", "backup_code")))
    def sends_a_used_factor_again(self, who: int, again: int, use: str) -> None:
        self.time.shift(timedelta(seconds=60))
        code = self.known(1).totp_code() if use == "totp" else self.known(1).backup_codes[0]
        for browser in (who, again):
            self.types_a_password(browser, 1, "right", "/login/", 0)
            login = self.login_id(browser, "right", 0)
            self.post(browser, f"/login/second-factor/?login={login}&use={use}", code=code)

    @rule(who=actors, place=st.sampled_from(PLACES), which=people, how=tried, other=tried, pick=picked)
    def sends_one_form_to_another(
        self, who: int, place: str, which: int, how: str, other: str, pick: int
    ) -> None:
        fields = {
            "phone": self.phone(which), "email": self.email(which), "mobile_number": self.phone(which),
            "code": self.code_for(who, how, pick), "password": self.password_of(which, other),
            "login_id": self.login_id(who, other, pick), "session_id": self.app_session(who, other, pick),
            "method": KINDS[pick % 6], "challenge_id": str(uuid.UUID(int=pick)), "credential": "{}",
        }  # fmt: skip
        kept = dict(list(fields.items())[pick:] + list(fields.items())[: pick // 2]) if other else {}
        self.post(who, f"{place}?login={fields['login_id']}" if "second-factor" in place else place, **kept)

    @rule(who=actors, later=st.booleans())
    def goes_to_a_provider_and_back(self, who: int, later: bool) -> None:
        actor = self.world.actors[who]
        away = self.world.send(actor, "/login/social/github/", get=True)
        state = away.get("Location", "").partition("state=")[2].partition("&")[0]
        back = {"state": state, "error": "access_denied"}
        for whose in (self.world.actors[(who + 1) % 3], actor, actor):
            self.world.send(
                whose, "/login/social/github/callback/", back if later else {"code": "x"}, get=True
            )

    @rule(seconds=st.sampled_from((20, 31, 61, 130, 700, 1000, 3700)))
    def time_passes(self, seconds: int) -> None:
        self.time.shift(timedelta(seconds=seconds))

    @rule(which=st.integers(0, 1))
    def an_operator_shuts_or_opens_an_account(self, which: int) -> None:
        user = User.objects.get(pk=self.known(which).pk)
        if user.is_active:
            deactivate(user=user)
            self.world.forget_ended()
            assert not [facts for facts in self.world.sessions.values() if facts[0] == user.pk]
        else:
            reactivate(user=user)

    @rule(who=actors)
    def signs_out(self, who: int) -> None:
        self.post(who, "/logout/")

    @invariant()
    def nothing_is_tried_too_often(self) -> None:
        self.world.assert_limits()


@pytest.fixture
def open_doors(server: None, settings: Any) -> Iterator[None]:
    """Nothing that only slows a client down stands in the way; what guards secrets does."""
    ensure_first_party_client()
    for name in THROTTLES:
        setattr(settings, name, WITHOUT_END)
    settings.SMS_BUDGET_HOUR = settings.SMS_BUDGET_DAY = Decimal(WITHOUT_END)
    settings.MESSAGING_DELIVERY = "inline"
    settings.SOCIAL_PROVIDERS = PROVIDERS
    memory.clear()
    yield
    memory.clear()


@pytest.mark.usefixtures("open_doors")
@pytest.mark.requirement("H06", "H05", "H08", "login:F12", "J06", "C13", "I01")
def test_no_order_of_steps_signs_in_whoever_has_not_proven_it() -> None:
    LoginMachine.reached = set()
    run_state_machine_as_test(
        LoginMachine,
        settings=settings(
            max_examples=int(MANY or FEW),
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not MANY,
            # Ways are short enough to read; making them shorter takes minutes.
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # A fuzz that gets nowhere finds nothing.
    assert LoginMachine.reached == {"sign-up", "sign-in", "second factor", "reset", "step-up"}

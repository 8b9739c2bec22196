"""The browsers of the fuzz of signing in, what they know to send, and how they do as they are told."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine

from accounts_app.services import create_person
from messaging_app.gateways import memory
from mfa_app import backup_codes, totp
from mfa_app.models import BackupCode, TotpFactor
from tests.attacks.world import Actor, Person, World
from tests.short_codes import other_than

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
STRONG = "seven purple umbrellas"
BY_PHONE = ("/signup/", "/login/code/", "/password/forgot/")
BY_EMAIL = ("/signup/email/", "/password/forgot/email/")
API_STARTS = {
    "/api/register/": "mobile_number",
    "/api/auth/register/": "email",
    "/api/auth/password/forgot/": "email",
}
API_STEPS = (
    "/api/verify-otp/", "/api/set-password/", "/api/user-info/", "/api/login/", "/api/auth/verify-email/",
    "/api/auth/password/reset/",
)  # fmt: skip
CHOOSING = (
    "/signup/password/",
    "/signup/email/password/",
    "/password/forgot/new/",
    "/password/forgot/email/new/",
)
examples = count(1)


class Crowd(RuleBasedStateMachine):
    """Three browsers, of which each can also be an app; one plain person, one with a second factor, free addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.number = next(examples)
        self.clock = time_machine.travel(START + timedelta(days=self.number), tick=False)
        self.time = self.clock.start()
        cache.clear()
        memory.clear()
        addresses = [f"10.{self.number // 200}.{self.number % 200}.{last}" for last in (1, 2, 3)]
        clients = [Actor(Client(REMOTE_ADDR=address)) for address in addresses]
        self.world = World([self.person(0), self.person(1, guarded=True)], clients)

    def teardown(self) -> None:
        self.clock.stop()

    def phone(self, which: int) -> str:
        """Of the two people, or free."""
        return f"+9769{self.number:04}{which:03}"

    def email(self, which: int) -> str:
        return f"p{which}-{self.number}@example.com"

    def person(self, which: int, *, guarded: bool = False) -> Person:
        now, password = timezone.now(), f"{['blue', 'green', 'red'][which]} bicycles of {self.number}"
        user = create_person(
            phone=self.phone(which), password=password, phone_proven_at=now,
            email=self.email(which), email_identifier=self.email(which), email_verified_at=now,
        )  # fmt: skip
        made = Person(user.pk, password, self.phone(which), self.email(which))
        if guarded:
            factor = totp.begin_setup(user, about="")
            TotpFactor.objects.filter(pk=factor.pk).update(confirmed_at=now)
            made.totp = totp.secret_of(factor)
            made.backup_codes = [f"{self.number:04}-abcd-efgh-{each:04}" for each in range(4)]
            for code in made.backup_codes:
                digest = backup_codes._hash(user, backup_codes.plain(code))
                BackupCode.objects.create(user=user, code_hash=digest)
        return made

    def post(self, who: int, path: str, **fields: str) -> Any:
        answer = self.world.send(self.world.actors[who], path, fields)
        self.time.shift(timedelta(seconds=1))
        return answer

    def known(self, which: int) -> Person:
        return self.world.people[which % len(self.world.people)]

    def password_of(self, which: int, how: str) -> str:
        others = {"right": self.known(which).password, "another's": self.known(which + 1).password}
        return others.get(how, how and "not the password")

    def code_for(self, who: int, how: str, pick: int) -> str:
        """The last code that this browser was sent, an earlier one, one that another was sent, a wrong one, nothing."""
        owner = self.world.actors[who if how == "right" else (who + 1) % 3]
        codes = [got.text for got in owner.received if got.text.isdigit()]
        if how in {"right", "another's"} and codes:
            return codes[-1 - pick // 4 % len(codes)]
        sent = [got.text for actor in self.world.actors for got in actor.received]
        return how and other_than(sent, digits=6 + 2 * (pick % 2))

    def factor_of(self, which: int, how: str, pick: int) -> str:
        person = self.known(which)
        typed = [
            person.totp_code(),
            person.totp_code(1),
            *person.backup_codes,
            person.password,
            person.totp_code(-1),
        ]
        if how == "right":
            return typed[pick % len(typed)]
        return how and other_than(person.totp_code(steps) for steps in range(-2, 3))

    def login_id(self, who: int, how: str, pick: int) -> str:
        logins = self.world.actors[who if how != "another's" else (who + 1) % 3].logins
        return logins[-1 - pick // 3 % len(logins)] if logins else "unknown"

    def app_session(self, who: int, how: str, pick: int) -> str:
        found = self.world.actors[who if how != "another's" else (who + 1) % 3].app_sessions
        return found[-1 - pick // 3 % len(found)] if found else str(uuid.UUID(int=pick))

    def does_as_told(self, who: int, steps: int) -> None:
        """Go on where the last answers led: without that, few ways would get far."""
        for _step in range(steps):
            place = self.world.actors[who].led_to
            if "/second-factor/" in place:
                self.proves_what_is_asked(who)
            elif place.partition("?")[0] in CHOOSING:
                self.post(who, place, password=STRONG)
            elif "/verify/" in place:
                self.post(who, place, code=self.code_for(who, "right", 0))
            elif place in API_STEPS:
                self.goes_on(who, place)

    def proves_what_is_asked(self, who: int) -> None:
        """A code by SMS where that is offered, else one of the authenticator app."""
        login = self.login_id(who, "right", 0)
        asked = self.post(who, f"/login/second-factor/send/?login={login}&use=sms")
        self.time.shift(timedelta(seconds=60))
        is_sms = "use=sms" in asked["Location"]
        typed = self.code_for(who, "right", 0) if is_sms else self.known(1).totp_code()
        self.post(who, self.world.actors[who].led_to, code=typed)

    def goes_on(self, who: int, path: str) -> None:
        """An app that does as it is told."""
        wanted = {"session_id": self.app_session(who, "right", 0)}
        if path in {"/api/verify-otp/", "/api/auth/verify-email/", "/api/auth/password/reset/"}:
            wanted["code"] = self.code_for(who, "right", 0)
        if path not in {"/api/verify-otp/", "/api/user-info/"}:
            wanted["password"] = STRONG
        self.post(who, path, **wanted)

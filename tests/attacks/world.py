"""A world for the fuzz of signing in: people, what each browser was ever able to prove, and what must always hold.

The model knows no page and no step. It notes which true secrets a browser has sent, and holds the server to that: a
sign-in, a new password or a new account that nothing sent explains is a fault, in whatever order things were done.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyotp
from django.core import mail
from django.db.models import Max
from django.test import Client

from accounts_app.models import User
from limits_app.models import FailureCount
from messaging_app.gateways import memory
from otp_app.models import OtpChallenge
from sessions_app.models import SsoSession

CODE = re.compile(r"(?:#|^)([0-9]{6,8})\b", re.MULTILINE)
LINK = re.compile(r"^https?://[^/]+(/\S+/link/\S+)$", re.MULTILINE)
LOGIN_ID = re.compile(r"[?&]login=([\w-]+)")
# A login that waits is kept anew by each of its steps: no proof in it is older than a few of those times.
LONGEST_SECONDS = 3 * 900
ATTEMPTS_ALLOWED = 3
CODE_METHODS = {"login": {"sms"}, "second_factor": {"sms", "email"}, "signup": {"signup"}, "reset": {"reset"}}
NEXT = {
    "otp": "/api/verify-otp/",
    "set_password": "/api/set-password/",
    "user_info": "/api/user-info/",
    "/api/auth/register/": "/api/auth/verify-email/",
    "/api/auth/password/forgot/": "/api/auth/password/reset/",
}
RESETTING = ("/password/forgot/", "/api/auth/password/")
Facts = tuple[int, tuple[str, ...], datetime]


@dataclass
class Person:
    """Somebody with an account. `totp` is the secret of their authenticator app, "" when they have none."""

    pk: int
    password: str
    phone: str = ""
    email: str = ""
    totp: str = ""
    backup_codes: list[str] = field(default_factory=list)

    def totp_code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.totp).at(datetime.now(UTC), counter_offset=steps) if self.totp else ""


@dataclass(frozen=True)
class Proof:
    """A true secret that was sent: what it proves (an amr name, "signup" or "reset"), of whom or of which address."""

    method: str
    about: str
    at: float


@dataclass(frozen=True)
class Received:
    """A code or a link that came because this browser asked for it. A link is told by its path."""

    text: str
    address: str
    purpose: str


@dataclass
class Actor:
    """A browser, or an app, with everything that its requests gave it."""

    client: Client
    received: list[Received] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    app_sessions: list[str] = field(default_factory=list)
    made: set[int] = field(default_factory=set)
    led_to: str = ""

    def has_proven(self, method: str, *about: str) -> bool:
        since = datetime.now(UTC).timestamp() - LONGEST_SECONDS
        return any(p.method == method and p.about in about and p.at >= since for p in self.proofs)


class World:
    """Sends every request, and compares what changed with what was proven."""

    def __init__(self, people: list[Person], actors: list[Actor]) -> None:
        self.people = people
        self.actors = actors
        self.used: set[str] = set()
        self.app_logins: dict[str, Actor] = {}
        self.owners: dict[str, Actor] = {}
        self.letters = len(mail.outbox)
        self.texts = len(memory.delivered)
        self.sessions = self._sessions()
        self.hashes = dict(User.objects.values_list("pk", "password"))
        self.reached: set[str] = set()

    def send(
        self, actor: Actor, path: str, fields: dict[str, str] | None = None, *, get: bool = False
    ) -> Any:
        """One request, and everything that must hold after it."""
        fields = fields or {}
        sent = self._evidence(actor, path, fields)
        if (
            path.startswith("/api/")
            and (owner := self.app_logins.get(fields.get("login_id", ""), actor)) is not actor
        ):
            # An app's login is bound to the secrecy of its id alone: who was given it goes on with what it holds.
            actor.proofs += owner.proofs
        if get:
            answer = actor.client.get(path, fields, headers={"Sec-Fetch-Site": "same-origin"})
        elif path.startswith("/api/"):
            answer = actor.client.post(path, fields, content_type="application/json")
        else:
            answer = actor.client.post(path, fields)
        assert answer.status_code < 500, (path, fields)
        if not get:
            actor.proofs += sent
        self._collect(actor, answer)
        self._check_accounts(actor, path, fields)
        self._check_passwords(actor, path, fields)
        self._check_sessions(actor, path, sent)
        if self._led_on(answer):
            self.used |= {path, fields.get("code", "")} - {each.password for each in self.people}
        return answer

    def forget_ended(self) -> None:
        """Look again: sign-ins were ended by somebody else than the browsers."""
        self.sessions = self._sessions()

    def assert_limits(self) -> None:
        """No code and no account was tried more often than it may."""
        tries = OtpChallenge.objects.aggregate(most=Max("attempts"))["most"] or 0
        failures = FailureCount.objects.exclude(kind="ip").aggregate(most=Max("in_a_row"))["most"] or 0
        assert tries <= ATTEMPTS_ALLOWED
        assert failures <= 100

    def _evidence(self, actor: Actor, path: str, fields: dict[str, str]) -> list[Proof]:
        now = datetime.now(UTC).timestamp()
        found = []
        for value in [path, *fields.values()]:
            if not value or value in self.used:
                continue
            for person in self.people:
                if value == person.password:
                    found.append(Proof("pwd", str(person.pk), now))
                codes = [person.totp_code(step) for step in (-1, 0, 1)] + person.backup_codes
                if value in codes:
                    found.append(Proof("otp", str(person.pk), now))
            for got in actor.received:
                # A link is good in whichever browser the mailbox is read; a code only where it was asked for.
                if got.text == value:
                    methods = CODE_METHODS.get(got.purpose, set())
                    found += [Proof(method, got.address, now) for method in methods]
        return found

    def _collect(self, actor: Actor, answer: Any) -> None:
        """What this request brought: codes and links to the addresses it named, and ids in its answer."""
        texts = [(sent.to, sent.text) for sent in list(memory.delivered)[self.texts :]]
        letters = [(letter.to[0], str(letter.body)) for letter in mail.outbox[self.letters :]]
        self.texts, self.letters = len(memory.delivered), len(mail.outbox)
        for address, text in texts + letters:
            newest = OtpChallenge.objects.filter(address=address).order_by("-sent_at").first()
            if newest is not None:
                found = CODE.findall(text)[:1] + LINK.findall(text)
                actor.received += [Received(each, address, newest.purpose) for each in found]
        actor.logins += LOGIN_ID.findall(answer.get("Location", ""))
        actor.led_to = answer.get("Location", actor.led_to)
        if "json" in answer.get("Content-Type", ""):
            told = answer.json()
            if "login_id" in told:
                actor.logins.append(told["login_id"])
                self.app_logins.setdefault(told["login_id"], actor)
            actor.app_sessions += [told["session_id"]] if "session_id" in told else []
            actor.led_to = NEXT.get(told.get("next_step", answer.request["PATH_INFO"]), actor.led_to)

    def _check_accounts(self, actor: Actor, path: str, fields: dict[str, str]) -> None:
        for user in User.objects.exclude(pk__in=list(self.hashes)):
            assert any(
                actor.has_proven("signup", address)
                for address in (user.phone, user.email_identifier)
                if address
            ), f"{path} made an account of an address that nobody has proven"
            actor.made.add(user.pk)
            self.hashes[user.pk] = user.password
            self.people.append(
                Person(user.pk, fields["password"], user.phone or "", user.email_identifier or "")
            )
            self.reached.add("sign-up")

    def _check_passwords(self, actor: Actor, path: str, fields: dict[str, str]) -> None:
        now = dict(User.objects.values_list("pk", "password"))
        for person in self.people:
            if now[person.pk] == self.hashes[person.pk]:
                continue
            addresses = {person.phone, person.email} - {""}
            assert actor.has_proven("reset", *addresses), f"{path} set a password without the code of a reset"
            assert path.startswith(RESETTING), path
            live = SsoSession.objects.filter(user=person.pk, ended_at=None)
            assert not live.exists(), "a reset leaves nobody signed in, and signs nobody in"
            person.password = fields["password"]
            for each in self.actors:
                each.proofs = [
                    proof for proof in each.proofs
                    if not (proof.method == "pwd" and proof.about == str(person.pk))
                ]  # fmt: skip
            actor.proofs = [
                p for p in actor.proofs if not (p.method == "reset" and p.about in addresses)
            ]  # once
            self.reached.add("reset")
        self.hashes = now

    def _check_sessions(self, actor: Actor, path: str, sent: list[Proof]) -> None:
        before, self.sessions = self.sessions, self._sessions()
        changed = {sid: facts for sid, facts in self.sessions.items() if before.get(sid) != facts}
        assert len(changed) <= 1, f"{path} made several sign-ins"
        for sid, facts in changed.items():
            self._check_session(actor, path, sent, sid, facts, before.get(sid))
        sid = str(actor.client.session.get("sid", ""))
        if sid in self.sessions:
            assert self.owners[sid] is actor, f"{path} gave one browser the sign-in of another"

    def _check_session(
        self, actor: Actor, path: str, sent: list[Proof], sid: str, facts: Facts, before: Facts | None
    ) -> None:
        user_id, amr, _at = facts
        person = next(each for each in self.people if each.pk == user_id)
        about = [str(user_id), *({person.phone, person.email} - {""})]
        assert not path.startswith(RESETTING), f"{path} signed somebody in"
        assert User.objects.get(pk=user_id).is_active
        is_own = user_id in actor.made
        assert is_own or any(proof.about in about for proof in sent), f"{path} proved nothing of {about}"
        brought = set(before[1]) if before else set()
        for method in set(amr) - {"mfa"} - brought:
            proven = actor.has_proven(method, *about) or (is_own and actor.has_proven("signup", *about))
            assert proven, f"{path} counts {method}, which this browser never proved"
        if person.totp:
            assert "otp" in amr, f"{path} let somebody in without their second factor"
            assert len(set(amr) - {"mfa"}) >= 2, f"{path} let somebody in by the second factor alone"
            self.reached.add("second factor")
        assert self.owners.setdefault(sid, actor) is actor
        self.reached.add("step-up" if before else "sign-in")

    def _sessions(self) -> dict[str, Facts]:
        rows = SsoSession.objects.filter(ended_at=None).values_list("sid", "user_id", "amr", "auth_time")
        return {str(sid): (user_id, tuple(sorted(amr)), at) for sid, user_id, amr, at in rows}

    def _led_on(self, answer: Any) -> bool:
        """Whether what was sent has done its work, so that it must never work again."""
        if answer.status_code == 303:
            return "/verify/" not in answer["Location"]
        told = answer.json() if "json" in answer.get("Content-Type", "") else {}
        return (answer.status_code in {200, 204} and answer.request["REQUEST_METHOD"] == "POST") or (
            told.get("code") == "login_step_needed"
        )

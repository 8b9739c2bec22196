"""Owns what one virtual user does again and again, one generator an operation.

A generator yields requests and is sent their answers; after the last one it yields a complaint, which is empty when
all was well. The next request begins the operation anew.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bench import answers, wire
from bench.browser import Browser, code_form, pkce
from bench.target import Target

Turns = Generator[bytes | str, wire.Response, None]
_CODE = re.compile(r"[?&]code=([^&\s#]+)")
TOKENS_EACH = 2
# A later round must not meet what an earlier one has used up: these get new tokens before each measurement.
NEEDS_PERSON = frozenset({"introspect", "userinfo", "authorization_code", "refresh"})


@dataclass(slots=True)
class User:
    """A virtual user: a person at a server, and an app's tokens for them. `step` names the request under way."""

    target: Target
    browser: Browser
    sub: bytes = b""
    access_tokens: list[str] = field(default_factory=list)
    refresh_token: str = ""
    step: str = ""

    def renew(self) -> None:
        """Get tokens that nobody has used. Raises FlowFailed."""
        got = [self.browser.tokens() for _ in range(TOKENS_EACH)]
        self.access_tokens = [answer["access_token"] for answer in got]
        self.refresh_token = got[-1].get("refresh_token", "")


def _document(name: str, words: bytes) -> Callable[[User], Turns]:
    def turns(user: User) -> Turns:
        request = user.target.get(name)
        while True:
            yield answers.holds((yield request), words)

    return turns


def client_credentials(user: User) -> Turns:
    """A machine's token (RFC 6749 §4.4)."""
    target = user.target
    form = {"grant_type": "client_credentials", "scope": target.machine.scope}
    request = target.call("token", form, target.machine)
    while True:
        yield answers.tokens(target, (yield request), with_id_token=False)[0]


def authorization_code(user: User) -> Turns:
    """Authorize with a live session and a stored consent, then redeem the code with PKCE."""
    target, jar = user.target, user.browser.jar
    while True:
        verifier, challenge = pkce()
        user.step = "authorize"
        response = yield target.authorize(challenge, jar)
        code = _CODE.search(wire.location(response[1]))
        if code is None:
            yield answers.complaint("no code", response)
            continue
        if b"et-" in response[1]:
            wire.keep_cookies(jar, response[1])
        user.step = "token"
        response = yield target.call("token", code_form(target, unquote(code[1]), verifier), target.web)
        yield answers.tokens(target, response, with_id_token=True)[0]


def refresh(user: User) -> Turns:
    """One chain of rotating refresh tokens (RFC 9700 §4.14.2)."""
    target = user.target
    while True:
        form = {"grant_type": "refresh_token", "refresh_token": user.refresh_token}
        response = yield target.call("token", form, target.web)
        problem, answer = answers.tokens(target, response, with_id_token=False)
        successor = answer.get("refresh_token", "")
        if not problem and successor in ("", user.refresh_token):
            problem = answers.complaint("the refresh token was not rotated", response)
        user.refresh_token = successor or user.refresh_token
        yield problem


def introspect(user: User) -> Turns:
    """An API that asks about a person's token (RFC 7662)."""
    target = user.target
    requests = [target.call("introspect", {"token": token}, target.machine) for token in user.access_tokens]
    while True:
        for request in requests:
            yield answers.is_active((yield request), user.sub)


def userinfo(user: User) -> Turns:
    """An app that asks who has signed in (OpenID Connect Core §5.3)."""
    target = user.target
    requests = [target.get("userinfo", f"Authorization: Bearer {token}\r\n") for token in user.access_tokens]
    while True:
        for request in requests:
            yield answers.tells_of((yield request), user.sub)


OPERATIONS: dict[str, Callable[[User], Turns]] = {
    "discovery": _document("discovery", b'"issuer"'),
    "jwks": _document("jwks", b'"keys"'),
    "client_credentials": client_credentials,
    "introspect": introspect,
    "userinfo": userinfo,
    "authorization_code": authorization_code,
    "refresh": refresh,
}


def users_of(target: Target, number: int, transport: Any) -> list[User]:
    """People who have signed in and consented, with their tokens' signatures checked. Raises FlowFailed."""
    users = []
    key_set = transport(target.get("jwks"))[2]
    for index in range(number):
        browser = Browser(target, index, transport)
        sub = answers.check_signatures(target, key_set, browser.sign_in())
        users.append(User(target, browser, sub.encode()))
    return users

"""Owns the slow part before a measurement: a person signs in and consents through a server's own forms."""

import base64
import hashlib
import json
import secrets
import socket
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, urljoin, urlsplit

from bench import wire
from bench.target import Target
from scripts.html_forms import Form, forms_of

MOST_STEPS = 15
TIMEOUT_SECONDS = 30
# What a person who says yes does not press.
NO = {"deny", "cancel"}


class FlowFailed(Exception):
    """A server did not answer as a signed-in person or an app needs it; the message has the end of its answer."""


class Transport(Protocol):
    """Whatever carries a raw request to a server: a socket, or a call in this process."""

    def __call__(self, request: bytes) -> wire.Response: ...


@dataclass(frozen=True, slots=True)
class Socket:
    """One connection for each request."""

    port: int

    def __call__(self, request: bytes) -> wire.Response:
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_SECONDS) as connection:
            connection.sendall(request)
            data = b""
            while True:
                received = connection.recv(65536)
                data += received
                response = wire.parse(data)
                if response is not None:
                    return response
                if not received:
                    # Some answers end with the connection and tell no length.
                    head, _, body = data.partition(b"\r\n\r\n")
                    return int(head[9:12]), head + b"\r\n", body


def pkce() -> tuple[str, str]:
    """A verifier and its S256 challenge (RFC 7636 §4)."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(slots=True)
class Browser:
    """A person's browser at one server, with cookies."""

    target: Target
    number: int
    send: Transport
    jar: dict[str, str] = field(default_factory=dict)
    place: str = "/"

    def sign_in(self) -> dict[str, Any]:
        """Walk from an authorization request through every form to tokens. Raises FlowFailed."""
        verifier, challenge = pkce()
        answer = self._go(self.target.authorize_path(challenge))
        for _ in range(MOST_STEPS):
            there = wire.location(answer[1])
            if answer[0] in (301, 302, 303, 307) and there:
                if there.startswith(self.target.web.redirect_uri):
                    return self._redeem(there, verifier)
                answer = self._go(there)
            else:
                answer = self._answer_form(answer)
        raise FlowFailed(f"{self.target.name}: {self.place} after {MOST_STEPS} steps, and no code yet")

    def tokens(self) -> dict[str, Any]:
        """Tokens for a person who is signed in and has consented. Raises FlowFailed when anything is asked."""
        verifier, challenge = pkce()
        status, head, body = self.send(self.target.authorize(challenge, self.jar))
        wire.keep_cookies(self.jar, head)
        there = wire.location(head)
        if "code=" not in there:
            raise FlowFailed(f"{self.target.name}: authorize answered {status} {head!r} {body[:300]!r}")
        return self._redeem(there, verifier)

    def _redeem(self, there: str, verifier: str) -> dict[str, Any]:
        code = parse_qs(urlsplit(there).query).get("code")
        if not code:
            raise FlowFailed(f"{self.target.name}: no code in {there}")
        form = code_form(self.target, code[0], verifier)
        status, _, body = self.send(self.target.call("token", form, self.target.web))
        if status != 200:
            raise FlowFailed(f"{self.target.name}: the code got {status} {body[:300]!r}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def _go(self, url: str, form: list[tuple[str, str]] | None = None) -> wire.Response:
        """Follow a link, or send a form."""
        parts = urlsplit(urljoin(self.target.origin + self.place, url))
        self.place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = self.target.head + wire.cookies(self.jar)
        if form is None:
            answer = self.send(wire.get(self.place, headers))
        else:
            headers += f"Origin: {self.target.origin}\r\nReferer: {self.target.origin}{self.place}\r\n"
            answer = self.send(wire.post(self.place, form, headers))
        wire.keep_cookies(self.jar, answer[1])
        return answer

    def _answer_form(self, answer: wire.Response) -> wire.Response:
        page = answer[2].decode("utf-8", "replace")
        form = chosen_form(forms_of(page))
        if form is None:
            raise FlowFailed(
                f"{self.target.name}: {self.place} answered {answer[0]} without a form: {page[-600:]}"
            )
        user = self.target.user.format(n=self.number)
        return self._go(form.action or self.place, filled(form, user, self.target.password))


def code_form(target: Target, code: str, verifier: str) -> dict[str, str]:
    """What an app sends to redeem a code (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": target.web.redirect_uri,
        "code_verifier": verifier,
    }


def chosen_form(forms: list[Form]) -> Form | None:
    """The form that leads on: the one asking for a password, else the first that is sent by POST with a button of its
    own name (consent), else the first by POST.
    """
    posts = [form for form in forms if form.method == "post"]
    with_password = [form for form in posts if any(item.kind == "password" for item in form.fields)]
    deciding = [form for form in posts if _button(form)]
    return next(iter(with_password + deciding + posts), None)


def filled(form: Form, user: str, password: str) -> list[tuple[str, str]]:
    """The pairs of a form with name and password in it and its first consenting button pressed."""
    pairs: list[tuple[str, str]] = []
    for item in form.fields:
        if not item.is_sent():
            continue
        if item.kind == "password":
            pairs.append((item.name, password))
        elif item.kind in {"text", "tel", "email"}:
            pairs.append((item.name, user))
        else:
            pairs.append((item.name, item.value))
    return pairs + _button(form)


def _button(form: Form) -> list[tuple[str, str]]:
    buttons = [item for item in form.fields if item.kind == "submit" and item.name and item.value not in NO]
    return [(item.name, item.value) for item in buttons[:1]]

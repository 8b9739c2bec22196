"""A phone app and browsers from outside: what they send to the JSON flow and to the pages."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from scripts.live_server import LiveServer
from tests.races.at_once import Answer, Post, send_at_once


def address(number: int) -> str:
    """The n-th of many callers, each behind an address of its own."""
    return f"198.18.{number // 250}.{number % 250 + 1}"


def api_post(path: str, ip: str, **fields: str) -> Post:
    """A call of the JSON flow."""
    return Post(f"/api/{path}/", json.dumps(fields).encode(), "application/json", ip=ip)


def call(server: LiveServer, path: str, ip: str, **fields: str) -> Answer:
    """One call of the JSON flow."""
    (answer,) = send_at_once(server.port, [api_post(path, ip, **fields)])
    return answer


def register(server: LiveServer, phone: str, ip: str) -> str:
    """The session of a number that has just been named."""
    answer = call(server, "register", ip, mobile_number=phone)
    assert answer.status == 200, answer
    return str(answer.payload["session_id"])


@dataclass(frozen=True)
class Page:
    """An open page in a browser: its cookies and its form's token."""

    path: str
    cookies: str
    token: str

    def at(self, path: str) -> "Page":
        """Another page in the same browser."""
        return Page(path, self.cookies, self.token)

    def post(self, ip: str, origin: str, **fields: str) -> Post:
        """Its form, filled in."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self.token}).encode()
        return Post(self.path, body, headers=(("Cookie", self.cookies), ("Origin", origin)), ip=ip)


def open_page(server: LiveServer, path: str) -> Page:
    """A page as a new browser gets it."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as browser:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(path).text)
        assert found is not None, f"no form at {path}"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
    return Page(path, cookies, found.group(1))


def enter_number(server: LiveServer, phone: str, ip: str) -> Page:
    """The page that asks for the code, in a browser that has asked for one to this number."""
    page = open_page(server, "/signup/")
    (answer,) = send_at_once(server.port, [page.post(ip, server.url, phone=phone)])
    assert answer.status == 303, answer
    return page.at("/signup/verify/")

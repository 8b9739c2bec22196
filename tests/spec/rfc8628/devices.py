"""A device as these tests see it, and what its person does in a browser."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.oauth import OAuthBrowser, post

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
ASK = "/o/device-authorization/"
ENTER = "/o/device/"
OTHER_PHONE = "+97699445566"


@dataclass
class Television:
    """A device without a browser: no cookies, only its codes."""

    client_id: str = "tv"
    basic: tuple[str, str] | None = None
    http: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    codes: dict[str, Any] = field(default_factory=dict)

    def ask(self, **fields: str | None) -> Any:
        """Ask for codes and keep them."""
        known: dict[str, Any] = {} if self.basic else {"client_id": self.client_id}
        answer = post(self.http, ASK, basic=self.basic, **{**known, "scope": "openid profile", **fields})
        if answer.status_code == 200:
            self.codes = answer.json()
        return answer

    def poll(self, **fields: str | None) -> Any:
        known: dict[str, Any] = {} if self.basic else {"client_id": self.client_id}
        sent = {"grant_type": DEVICE_CODE, "device_code": self.codes.get("device_code"), **known, **fields}
        return post(self.http, "/o/token/", basic=self.basic, **sent)

    def error(self, **fields: str | None) -> str:
        """The error of one poll."""
        answer = self.poll(**fields)
        assert answer.status_code == 400, answer.content
        assert "access_token" not in answer.json()
        return str(answer.json()["error"])


def enter(browser: OAuthBrowser, user_code: str) -> Any:
    """Type a code into the page and press the button."""
    return browser.client.post(ENTER, {"user_code": user_code})


def consent_page(browser: OAuthBrowser, user_code: str) -> str:
    """The address of the consent page that a typed code leads to."""
    answer = enter(browser, user_code)
    assert answer.status_code == 303, answer.content.decode()
    answer = browser.client.get(answer["Location"])
    assert answer.status_code == 303, answer.content.decode()
    assert answer["Location"].startswith("/o/consent/"), answer["Location"]
    return str(answer["Location"])


def decide(browser: OAuthBrowser, user_code: str, **fields: Any) -> Any:
    """Walk from the code to the last page; allows everything unless told otherwise."""
    return follow(browser, browser.consent(consent_page(browser, user_code), **fields))


def follow(browser: OAuthBrowser, answer: Any) -> Any:
    """The page that an answer leads to."""
    for _ in range(4):
        if answer.status_code != 303:
            return answer
        answer = browser.client.get(answer["Location"])
    raise AssertionError("the way does not end")


def form_error(answer: Any) -> str:
    """What the page says at the field."""
    found = re.search(r'class="field-error"[^>]*>([^<]+)<', answer.content.decode())
    return found[1].strip() if found else ""

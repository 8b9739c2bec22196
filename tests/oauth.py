"""An app and a browser as tests see them: authorization requests, the consent page, the machine endpoints."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from django.test import Client

PHONE = "+97699112233"
PASSWORD = "correct horse battery"
CALLBACK = "https://notes.example/callback"
VERIFIER = "v" * 43
FORM = "application/x-www-form-urlencoded"


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def request_parameters(**changes: str | None) -> dict[str, str]:
    """A good authorization request of the app "notes"; `None` leaves a parameter out."""
    parameters: dict[str, str | None] = {
        "client_id": "notes",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile phone",
        "state": "st-1",
        "nonce": "n-1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}


@dataclass
class OAuthBrowser:
    """A browser with its cookies."""

    client: Client
    answers: list[Any] = field(default_factory=list)

    def sign_in(self, phone: str, password: str) -> Any:
        return self.client.post("/login/", {"phone": phone, "password": password})

    def authorize(self, **changes: str | None) -> Any:
        """The answer to an authorization request, without following where it leads."""
        return self.client.get("/o/authorize/", request_parameters(**changes))

    def consent(self, page_url: str, *, decision: str = "allow", **fields: Any) -> Any:
        """Answer the consent page at this address; every box stays ticked unless `scope` is given."""
        request_id = parse_qs(urlsplit(page_url).query)["request"][0]
        page = self.client.get(page_url)
        assert page.status_code == 200, page.content.decode()
        ticked = re.findall(r'name="scope"\s+value="([^"]+)"', page.content.decode())
        person = re.search(r'name="person"\s+value="([^"]+)"', page.content.decode())
        shown = re.search(r'name="shown"\s+value="([^"]+)"', page.content.decode())
        assert person is not None
        assert shown is not None
        data = {"request": request_id, "decision": decision, "scope": ticked, "person": person[1]}
        data |= {"shown": shown[1], **fields}
        return self.client.post("/o/consent/", data)

    def code(self, *, consent: dict[str, Any] | None = None, **changes: str | None) -> str:
        """Walk from the request to the code, allowing what is asked."""
        return self.response_parameters(consent=consent, **changes)["code"]

    def response_parameters(
        self, *, consent: dict[str, Any] | None = None, **changes: str | None
    ) -> dict[str, str]:
        """Walk from the request to the app's redirect URI; returns its parameters."""
        answer = self.authorize(**changes)
        for _ in range(6):
            assert answer.status_code == 303, answer.content.decode()
            location = answer["Location"]
            if not location.startswith("/"):
                return dict(parse_qsl(urlsplit(location).query))
            if location.startswith("/o/consent/"):
                answer = self.consent(location, **(consent or {}))
            else:
                answer = self.client.get(location)
        raise AssertionError("the way to the app does not end")

    def tokens(self, *, consent: dict[str, Any] | None = None, **changes: str | None) -> dict[str, Any]:
        """A whole code flow of the public app; returns the token answer."""
        return dict(exchange(self.client, self.code(consent=consent, **changes)).json())


def exchange(client: Client, code: str, /, **changes: str | None) -> Any:
    """Exchange a code at the token endpoint as the public app "notes"."""
    fields: dict[str, Any] = {
        "grant_type": "authorization_code",
        "client_id": "notes",
        "redirect_uri": CALLBACK,
        "code": code,
        "code_verifier": VERIFIER,
    }
    return post(client, "/o/token/", **{**fields, **changes})


def refresh(client: Client, token: str, **changes: str | None) -> Any:
    fields: dict[str, Any] = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    return post(client, "/o/token/", **{**fields, **changes})


def introspect(client: Client, token: str, api: tuple[str, str]) -> dict[str, Any]:
    answer = post(client, "/o/introspect/", basic=api, token=token)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def post(client: Client, path: str, *, basic: tuple[str, str] | None = None, **fields: Any) -> Any:
    """POST a form to a machine endpoint; `None` leaves a field out."""
    headers: Any = {}
    if basic is not None:
        headers["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
    body = urlencode({name: value for name, value in fields.items() if value is not None})
    return client.post(path, body, content_type=FORM, **headers)


def decode(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified: tests of what is in it. Others verify."""
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def random_text() -> str:
    return secrets.token_urlsafe(32)

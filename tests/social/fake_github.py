"""GitHub as its documentation describes it: OAuth with PKCE, errors under 200, a REST API, no ID token."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.social.loopback import Asked, Reply, serving

CLIENT_ID = "Iv1.us"
CLIENT_SECRET = "github secret"


@dataclass
class FakeGitHub:
    """`accounts` are by user name: the answer of `/user`, and under "emails" that of `/user/emails`."""

    url: str = ""
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def approve(self, authorization_url: str, login: str, **more: str) -> dict[str, str]:
        parts = urlsplit(authorization_url)
        assert parts.path == "/login/oauth/authorize"
        request = dict(parse_qsl(parts.query))
        assert request["client_id"] == CLIENT_ID
        assert "user:email" in request["scope"]
        assert request["code_challenge_method"] == "S256"
        code = secrets.token_hex(10)
        self.codes[code] = {**request, "login": login}
        return {"code": code, "state": request["state"], **more}

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/login/oauth/access_token":
            return self._access_token(asked)
        login = self.tokens.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if login is None:
            return Reply(401, {"message": "Bad credentials"})
        account = self.accounts[login]
        if asked.path == "/api/v3/user":
            return Reply(200, {"login": login, **{k: v for k, v in account.items() if k != "emails"}})
        if asked.path == "/api/v3/user/emails":
            return Reply(200, account.get("emails", []))
        return Reply(404, {"message": "Not Found"})

    def _access_token(self, asked: Asked) -> Reply:
        if "json" not in asked.headers.get("accept", ""):
            return Reply(200, "error=wants_json", {"Content-Type": "application/x-www-form-urlencoded"})
        if (asked.form.get("client_id"), asked.form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Reply(200, {"error": "incorrect_client_credentials"})
        request = self.codes.pop(asked.form.get("code", ""), None)
        digest = hashlib.sha256(asked.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if request is None or challenge != request["code_challenge"]:
            return Reply(200, {"error": "bad_verification_code"})
        if asked.form.get("redirect_uri") != request["redirect_uri"]:
            return Reply(200, {"error": "redirect_uri_mismatch"})
        token = f"gho_{secrets.token_hex(10)}"
        self.tokens[token] = request["login"]
        return Reply(200, {"access_token": token, "token_type": "bearer", "scope": "read:user,user:email"})


@contextmanager
def fake_github() -> Iterator[FakeGitHub]:
    github = FakeGitHub()
    with serving(github) as url:
        github.url = url
        yield github

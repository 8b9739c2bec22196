"""An OpenID Provider that keeps to the standard, and on demand breaks it in one point at a time."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.social.loopback import Asked, Reply, serving

CLIENT_ID = "us"
CLIENT_SECRET = "a secret: with a colon & more"
Claims = dict[str, Any]


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


@dataclass
class FakeIssuer:
    """`change_claims` and `change_answer` break ID tokens and token responses; `metadata` overrides what it says of
    itself; `break_next` replaces the reply to a path.
    """

    url: str = ""
    key: RSAKey = field(default_factory=new_key)
    people: dict[str, Claims] = field(default_factory=dict)
    metadata: Claims = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    instead: dict[str, Reply | None] = field(default_factory=dict)
    change_claims: Callable[[Claims], None] = lambda claims: None
    change_answer: Callable[[Claims], None] = lambda answer: None
    sign: Callable[[Claims], str] | None = None

    def approve(self, authorization_url: str, person: str, **changes: str | None) -> dict[str, str]:
        """Somebody signs in at this address and allows it: the parameters that the browser brings back."""
        request = dict(parse_qsl(urlsplit(authorization_url).query))
        assert request["client_id"] == CLIENT_ID
        assert request["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**request, "person": person}
        answer: dict[str, str | None] = {"code": code, "state": request["state"], "iss": self.url, **changes}
        return {name: value for name, value in answer.items() if value is not None}

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def id_token(self, claims: Claims) -> str:
        if self.sign is not None:
            return self.sign(claims)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def __call__(self, asked: Asked) -> Reply | None:
        self.asked.append(asked)
        if asked.path in self.instead:
            return self.instead[asked.path]
        if asked.path == "/.well-known/openid-configuration":
            return Reply(200, {**self._metadata(), **self.metadata})
        if asked.path == "/jwks":
            return Reply(200, {"keys": [self.key.as_dict(private=False)]})
        if asked.path == "/token":
            return self._token(asked)
        if asked.path == "/userinfo":
            return self._userinfo(asked)
        return Reply(404, {})

    def _metadata(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _token(self, asked: Asked) -> Reply:
        request = self.codes.pop(asked.form.get("code", ""), None)
        challenge = hashlib.sha256(asked.form.get("code_verifier", "").encode()).digest()
        is_good = (
            request is not None
            and asked.headers.get("authorization") == _basic()
            and asked.form.get("redirect_uri") == request["redirect_uri"]
            and base64.urlsafe_b64encode(challenge).decode().rstrip("=") == request["code_challenge"]
        )
        if request is None or not is_good:
            return Reply(400, {"error": "invalid_grant", "error_description": "the secret is in here"})
        return Reply(200, self._tokens(request))

    def _tokens(self, request: dict[str, str]) -> Claims:
        access_token = f"{request['person']}.{secrets.token_urlsafe(16)}"
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": request["person"], "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": request["nonce"], "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
        }  # fmt: skip
        if "max_age" in request:
            claims["auth_time"] = now
        self.change_claims(claims)
        answer = {"access_token": access_token, "token_type": "Bearer", "id_token": self.id_token(claims)}
        self.change_answer(answer)
        return answer

    def _userinfo(self, asked: Asked) -> Reply:
        person = asked.headers.get("authorization", "").removeprefix("Bearer ").partition(".")[0]
        return Reply(200, {"sub": person, **self.people.get(person, {})})


def _basic() -> str:
    """RFC 6749 §2.3.1: both halves are form-encoded first."""
    secret = "a%20secret%3A%20with%20a%20colon%20%26%20more"
    return "Basic " + base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()


@contextmanager
def fake_issuer() -> Iterator[FakeIssuer]:
    issuer = FakeIssuer()
    with serving(issuer) as url:
        issuer.url = url
        yield issuer

"""A relying party as strict as the conformance suite's, and the browser of the person whom it sends to the server."""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from django.test import Client
from django.utils import timezone

from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser, post, request_parameters
from tests.ui.page import read

DISCOVERY = "/.well-known/openid-configuration"
ID_TOKEN_CLAIMS = ["iss", "sub", "aud", "exp", "iat"]
DIGESTS = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Response:
    """An authorization response, and the pages that the person was shown on the way to it."""

    parameters: dict[str, str]
    pages: tuple[str, ...]

    @property
    def code(self) -> str:
        assert "error" not in self.parameters, self.parameters
        return self.parameters["code"]

    @property
    def error(self) -> str:
        assert "code" not in self.parameters
        return self.parameters["error"]


@dataclass(frozen=True, slots=True)
class SignIn:
    """A finished code flow: the response, the token answer and the verified claims of the ID token."""

    response: Response
    tokens: dict[str, Any]
    identity: dict[str, Any]


@dataclass
class RelyingParty:
    """A confidential client without PKCE, as the suite's own, with a browser in which nobody is signed in."""

    client_id: str
    secret: str
    response_mode: str = "query"
    browser: OAuthBrowser = field(default_factory=lambda: OAuthBrowser(Client()))
    back_channel: Client = field(default_factory=Client)

    @cached_property
    def metadata(self) -> dict[str, Any]:
        answer = self.back_channel.get(DISCOVERY)
        assert answer.status_code == 200
        return dict(answer.json())

    def request(self, **changes: str | None) -> dict[str, str]:
        """The parameters of an authorization request; `None` leaves one out."""
        mode = {"response_mode": "form_post"} if self.response_mode == "form_post" else {}
        without_pkce = {"code_challenge": None, "code_challenge_method": None}
        return request_parameters(
            **{"client_id": self.client_id, "scope": "openid", **mode, **without_pkce, **changes}
        )

    def ask(self, parameters: dict[str, str]) -> Any:
        """The server's first answer to a request."""
        return self.browser.client.get(self.metadata["authorization_endpoint"], parameters)

    def authorize(self, **changes: str | None) -> Response:
        """Send the person to the server and take what comes back; the person signs in and allows everything."""
        parameters = self.request(**changes)
        return self.follow(self.ask(parameters), state=parameters.get("state"))

    def follow(self, answer: Any, *, state: str | None = "st-1") -> Response:
        pages: list[str] = []
        for _ in range(8):
            if answer.status_code == 200 or answer["Location"].startswith(CALLBACK):
                return Response(self._received(answer, state), tuple(pages))
            assert answer.status_code == 303
            answer = self._next(answer["Location"], pages)
        raise AssertionError(f"the way to the app does not end: {pages}")

    def _next(self, location: str, pages: list[str]) -> Any:
        path = urlsplit(location).path
        if path == "/login/":
            pages.append("login")
            return self.browser.client.post(location, {"phone": PHONE, "password": PASSWORD})
        if path == "/o/consent/":
            pages.append("consent")
            return self.browser.consent(location, **self._everything(location))
        return self.browser.client.get(location)

    def _everything(self, location: str) -> dict[str, str]:
        """The last, fullest level of each scope on the page: the person holds nothing back."""
        controls = read(self.browser.client.get(location)).all("input")
        return {tag["name"]: tag["value"] for tag in controls if tag["name"].startswith("level-")}

    def _received(self, answer: Any, state: str | None) -> dict[str, str]:
        """What reaches the redirect URI, in the mode that was asked for, from this issuer, with this state."""
        if self.response_mode == "form_post":
            page = read(answer)
            assert answer.status_code == 200, answer["Location"]
            assert page.all("form")[0]["action"] == CALLBACK
            parameters = {tag["name"]: tag["value"] for tag in page.all("input")}
        else:
            assert answer.status_code == 303, answer.content.decode()
            parameters = dict(parse_qsl(urlsplit(answer["Location"]).query))
        assert parameters["iss"] == self.metadata["issuer"]
        assert parameters.get("state") == state
        return parameters

    def redeem(self, code: str, **changes: str | None) -> Any:
        """The token endpoint's answer to a code."""
        fields: dict[str, Any] = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.call_token_endpoint(**{**fields, **changes})

    def call_token_endpoint(self, **fields: Any) -> Any:
        return post(
            self.back_channel, self.metadata["token_endpoint"], basic=(self.client_id, self.secret), **fields
        )

    def sign_in(self, **changes: str | None) -> SignIn:
        """A whole code flow, every answer checked."""
        response = self.authorize(**changes)
        tokens = checked_tokens(self.redeem(response.code))
        identity = self.verify(tokens, nonce=self.request(**changes).get("nonce"))
        return SignIn(response, tokens, identity)

    def verify(self, tokens: dict[str, Any], *, nonce: str | None) -> dict[str, Any]:
        """The claims of the ID token, after the checks of OIDC Core §3.1.3.7 and §3.1.3.8."""
        token = tokens["id_token"]
        header = jwt.get_unverified_header(token)
        keys = jwt.PyJWKSet.from_dict(self.back_channel.get(self.metadata["jwks_uri"]).json())
        assert header["alg"] in self.metadata["id_token_signing_alg_values_supported"]
        claims = dict(
            jwt.decode(
                token, keys[header["kid"]], algorithms=[header["alg"]], audience=self.client_id,
                issuer=self.metadata["issuer"], options={"require": ID_TOKEN_CLAIMS, "strict_aud": True},
            )
        )  # fmt: skip
        assert claims.get("azp", self.client_id) == self.client_id
        assert claims.get("nonce") == nonce
        assert claims["at_hash"] == left_half(tokens["access_token"], header["alg"])
        assert 0 < len(claims["sub"].encode("ascii")) <= 255
        assert isinstance(claims["auth_time"], int)
        assert claims["auth_time"] <= timezone.now().timestamp() + 1
        assert claims["exp"] - claims["iat"] <= 3600
        return claims

    def userinfo(self, tokens: dict[str, Any], sub: str) -> dict[str, Any]:
        """The claims about this person (OIDC Core §5.3.2: `sub` has to be the ID token's)."""
        claims = self.checked_userinfo(
            self.back_channel.get(self.metadata["userinfo_endpoint"], headers=bearer(tokens))
        )
        assert claims["sub"] == sub
        return claims

    def checked_userinfo(self, answer: Any) -> dict[str, Any]:
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == "application/json"
        assert "no-store" in answer["Cache-Control"]
        claims = dict(answer.json())
        assert all(value not in (None, "") for value in claims.values())
        return claims


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def checked_tokens(answer: Any) -> dict[str, Any]:
    """The token answer, after the checks of RFC 6749 §5.1."""
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    tokens = dict(answer.json())
    assert tokens["token_type"] == "Bearer"
    assert 0 < tokens["expires_in"] <= 3600
    return tokens


def left_half(text: str, algorithm: str) -> str:
    """`at_hash` (OIDC Core §3.1.3.6)."""
    digest = DIGESTS[algorithm](text.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")

"""Apps and people with which everything that discovery advertises can be done."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, VERIFIER, OAuthBrowser, post

SECRET = "secret-of-the-test-apps"
Metadata = dict[str, Any]


@dataclass
class World:
    """A browser in which a person with a full profile is signed in, and an app's HTTP client."""

    browser: OAuthBrowser
    http: Client

    def metadata(self) -> Metadata:
        return dict(self.http.get("/.well-known/openid-configuration").json())

    def app(self, client_id: str, **facts: Any) -> Application:
        """Our own confidential app, which gets every scope it asks for at its highest level."""
        existing = Application.objects.filter(client_id=client_id).first()
        if existing is not None:
            return existing
        usual = {"redirect_uris": [CALLBACK], "client_secret": SECRET, "is_first_party": True}
        client, _ = create_client(name=client_id, client_id=client_id, **{**usual, **facts})
        return client

    def authorize(self, client_id: str, **changes: str | None) -> Any:
        return self.browser.authorize(client_id=client_id, **changes)

    def answer_to(self, client_id: str, **changes: str | None) -> dict[str, str]:
        """The parameters of the answer that goes straight to the app."""
        answer = self.authorize(client_id, **changes)
        assert answer.status_code == 303, answer.content.decode()
        assert answer["Location"].startswith(CALLBACK), answer["Location"]
        return dict(parse_qsl(urlsplit(answer["Location"]).query))

    def tokens(self, client_id: str, **changes: str | None) -> dict[str, Any]:
        code = self.answer_to(client_id, **changes)["code"]
        return self.redeem(client_id, code)

    def redeem(self, client_id: str, code: str) -> dict[str, Any]:
        fields = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        answer = self.post("/o/token/", client_id, grant_type="authorization_code", **fields)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def userinfo(self, access_token: str) -> dict[str, Any]:
        answer = self.http.get("/o/userinfo/", headers={"Authorization": f"Bearer {access_token}"})
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def post(self, path: str, client_id: str, **fields: Any) -> Any:
        return post(self.http, path, basic=(client_id, SECRET), **fields)

    def refusal(self, **changes: str | None) -> str:
        """The error that the app gets for an authorization request."""
        self.app("plain")
        return self.answer_to("plain", **changes).get("error", "none")

    def next_page(self, **changes: str | None) -> str:
        """Where the browser is sent instead of to the app."""
        self.app("plain")
        return str(self.authorize("plain", **changes)["Location"])

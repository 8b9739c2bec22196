"""Confidential apps of each signing algorithm, and what they get from the token endpoint."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, OAuthBrowser, exchange, post

PUBLIC_ALGORITHMS = ("RS256", "ES256", "EdDSA")
ALGORITHMS = (*PUBLIC_ALGORITHMS, "HS256")


@dataclass(frozen=True)
class SignedApp:
    """A confidential app that knows its secret."""

    application: Application
    secret: str

    @property
    def basic(self) -> tuple[str, str]:
        return self.application.client_id, self.secret

    def tokens(self, browser: OAuthBrowser, **changes: Any) -> dict[str, Any]:
        """What a whole code flow gives."""
        code = browser.code(client_id=self.application.client_id, **changes)
        answer = exchange(Client(), code, client_id=self.application.client_id, client_secret=self.secret)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def own_token(self, **fields: Any) -> dict[str, Any]:
        """What the client credentials grant gives."""
        fields |= {"client_id": self.application.client_id, "client_secret": self.secret}
        answer = post(Client(), "/o/token/", grant_type="client_credentials", **fields)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())


def signed_app(algorithm: str, client_id: str = "", **facts: Any) -> SignedApp:
    """A confidential app whose tokens are signed with this algorithm."""
    client, secret = create_client(
        name=f"App with {algorithm}",
        client_id=client_id or f"app-{algorithm.lower()}",
        algorithm=algorithm,
        auth_method="client_secret_post",
        redirect_uris=[CALLBACK],
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        **facts,
    )
    return SignedApp(client, secret)

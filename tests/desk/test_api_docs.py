"""The API's documentation is served from here, and its aliases are the protocol's own endpoints."""

from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, post


@pytest.mark.requirement("F29")
def test_the_api_documents_itself_without_any_foreign_resource(client: Client, server: None) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"https://" not in page.content
    document = client.get("/api/openapi.json").json()
    assert set(document["paths"]) >= {"/api/v1/oauth/token", "/api/v1/userinfo/me"}


def test_the_aliases_answer_as_the_endpoints_do(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    tokens = browser_of_somebody.tokens()
    client = browser_of_somebody.client
    header: Any = {"HTTP_AUTHORIZATION": f"Bearer {tokens['access_token']}"}
    assert client.get("/api/v1/userinfo/me", **header).json() == client.get("/o/userinfo/", **header).json()
    assert client.get("/api/v1/userinfo/me").status_code == 401
    renewed = post(
        client, "/api/v1/oauth/token", grant_type="refresh_token", client_id="notes",
        refresh_token=tokens["refresh_token"],
    )  # fmt: skip
    assert renewed.status_code == 200
    by_json = client.post("/api/v1/oauth/token", "{}", content_type="application/json")
    assert by_json.status_code == 415
    revoked = post(client, "/api/v1/oauth/revoke", client_id="notes", token=renewed.json()["refresh_token"])
    assert revoked.status_code == 200
    assert client.get("/api/v1/userinfo/me", **header).status_code == 401

"""A password hash is slow on purpose: nobody makes the machine endpoints compute one."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, exchange, introspect, post, refresh


@pytest.mark.requirement("L07")
def test_no_machine_endpoint_hashes_a_password(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], settings: Any
) -> None:
    code = browser_of_somebody.code(scope="openid profile offline_access")
    _, secret = create_client(name="Robot", client_id="robot", scopes="read")
    # From here on a hash cannot be made or compared.
    settings.PASSWORD_HASHERS = []
    with pytest.raises(IndexError):
        make_password("any")
    http = Client()
    assert (
        post(http, "/o/token/", basic=("robot", secret), grant_type="client_credentials").status_code == 200
    )
    assert (
        post(http, "/o/token/", basic=("robot", "wrong"), grant_type="client_credentials").status_code == 401
    )
    tokens = exchange(http, code).json()
    tokens = refresh(http, tokens["refresh_token"]).json()
    assert introspect(http, tokens["access_token"], api)["active"] is True
    bearer = Client(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert bearer.get("/o/userinfo/").status_code == 200
    revoked = post(http, "/o/revoke_token/", client_id="notes", token=tokens["refresh_token"])
    assert revoked.status_code == 200
    assert bearer.get("/o/userinfo/").status_code == 401

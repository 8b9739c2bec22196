"""Both engines leave the same in the database, column by column."""

import re
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client, forget_cached_clients
from custom_scopes_and_policies_app.models import Application, Grant, RefreshToken
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser, exchange, post, refresh

pytestmark = [
    pytest.mark.requirement("F70", "L01"),
    pytest.mark.services,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="there is one engine only"),
]
SCOPES = "openid profile phone offline_access"
AGENT = "Mozilla/5.0 (Ünïcode; +97699112233) \u202e" + "x" * 400


def test_both_engines_write_the_same(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Any
) -> None:
    _, secret = create_client(name="Robot", client_id="robot", scopes="read write")
    # Once before: the person is asked for consent, and told of the first tokens.
    use_everything(browser_of_somebody, secret)
    found = []
    for store in ("portable", ""):
        settings.TOKEN_STORE = store
        forget_cached_clients()
        last = OAuthTokenLog.objects.latest("pk").pk
        use_everything(browser_of_somebody, secret)
        found.append(
            {
                "record": [
                    plain(entry) for entry in OAuthTokenLog.objects.filter(pk__gt=last).order_by("pk")
                ],
                "family": plain(RefreshToken.objects.latest("created_at")),
                "code": plain(Grant.objects.latest("pk")),
            }
        )
    assert found[0] == found[1]
    assert len(found[0]["record"]) >= 6


def use_everything(browser: OAuthBrowser, secret: str) -> None:
    """A code, its tokens, a refresh, the same again, a robot's token, a revocation."""
    app = Client(HTTP_USER_AGENT=AGENT, REMOTE_ADDR="2001:db8::17")
    code = browser.code(scope=SCOPES, claims='{"userinfo": {"email": null}}')
    token = exchange(app, code).json()["refresh_token"]
    assert refresh(app, token, scope="openid").status_code == 200
    assert refresh(app, token).status_code == 200
    assert post(app, "/o/token/", grant_type="client_credentials", basic=("robot", secret)).status_code == 200
    assert post(app, "/o/revoke_token/", client_id="notes", token=token).status_code == 200


def plain(row: Any) -> dict[str, Any]:
    """A row without what is new each time: keys, times, random texts; only that they are there counts."""
    return {
        field.attname: shape(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if not field.primary_key
    }


def shape(value: Any) -> Any:
    if isinstance(value, uuid.UUID | datetime | bytes | memoryview):
        return type(value).__name__
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f.-]{16,}|[0-9a-f-]{36}\.\S+|[\w-]{20,}", value):
        return len(value)
    return value

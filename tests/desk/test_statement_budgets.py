"""How many SQL statements the hot endpoints may cost when everything is warm (transaction control not counted)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from custom_scopes_and_policies_app.clients import create_client
from tests.oauth import OAuthBrowser, exchange, introspect, post, refresh

TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
SCOPES = "openid profile phone offline_access"


@contextmanager
def at_most(budget: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as captured:
        yield
    statements = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION_CONTROL)]
    assert len(statements) <= budget, "\n".join(statements)


@pytest.fixture(autouse=True)
def nothing_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps for a second stays fresh, however slow the machine is."""
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process remembers for a second is not forgotten meanwhile, however busy this machine is."""
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)


@pytest.fixture
def warm(
    one_moment: None, browser_of_somebody: OAuthBrowser, app: object, api: tuple[str, str]
) -> OAuthBrowser:
    """Somebody has used the app before: consent is stored, and this process knows the app, the scopes and the keys."""
    tokens = browser_of_somebody.tokens(scope=SCOPES)
    refresh(browser_of_somebody.client, tokens["refresh_token"])
    introspect(browser_of_somebody.client, tokens["access_token"], api)
    return browser_of_somebody


@pytest.mark.usefixtures("standing_still")
def test_authorize_with_stored_consent_takes_four(warm: OAuthBrowser) -> None:
    with at_most(4):
        answer = warm.authorize(scope=SCOPES)
    assert "code=" in answer["Location"]


@pytest.mark.usefixtures("standing_still")
def test_a_code_takes_four_or_two(warm: OAuthBrowser) -> None:
    code = warm.code(scope=SCOPES)
    # On MySQL and MariaDB the session's row is locked first, against deadlocks with signing out (`token_store`).
    with at_most({"postgresql": 2, "mysql": 5}.get(connection.vendor, 4)):
        answer = exchange(Client(), code)
    assert answer.status_code == 200


@pytest.mark.usefixtures("standing_still")
def test_a_refresh_takes_three_or_two(warm: OAuthBrowser) -> None:
    tokens = warm.tokens(scope=SCOPES)
    with at_most(2 if connection.vendor == "postgresql" else 3):
        answer = refresh(Client(), tokens["refresh_token"])
    assert answer.status_code == 200


@pytest.mark.usefixtures("standing_still")
def test_client_credentials_take_one(warm: OAuthBrowser) -> None:
    _, secret = create_client(name="Robot", client_id="robot", scopes="read write")
    fields: dict[str, Any] = {"grant_type": "client_credentials", "basic": ("robot", secret)}
    post(Client(), "/o/token/", **fields)
    with at_most(1):
        answer = post(Client(), "/o/token/", **fields)
    assert answer.status_code == 200


@pytest.mark.usefixtures("standing_still")
def test_a_warm_introspection_takes_none(warm: OAuthBrowser, api: tuple[str, str]) -> None:
    access_token = warm.tokens(scope=SCOPES)["access_token"]
    assert introspect(Client(), access_token, api)["active"] is True
    with at_most(0):
        assert introspect(Client(), access_token, api)["active"] is True


@pytest.mark.usefixtures("standing_still")
def test_userinfo_takes_one(warm: OAuthBrowser) -> None:
    access_token = warm.tokens(scope=SCOPES)["access_token"]
    app = Client(HTTP_AUTHORIZATION=f"Bearer {access_token}")
    assert app.get("/o/userinfo/").status_code == 200
    with at_most(1):
        assert app.get("/o/userinfo/").status_code == 200


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
    ],
)
def test_discovery_and_keys_take_none(warm: OAuthBrowser, path: str) -> None:
    assert Client().get(path).status_code == 200
    with at_most(0):
        assert Client().get(path).status_code == 200

"""A database that fails is a 503 that says when to come back, for every machine endpoint; never a 500."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, post


@pytest.fixture
def broken_database() -> Iterator[None]:
    """Every statement fails as it does when the server has gone."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    forget_cached_clients()
    with connection.execute_wrapper(fail):
        yield


@pytest.mark.requirement("R05", "R09")
@pytest.mark.parametrize(
    "path", ["/o/token/", "/o/device-authorization/", "/o/revoke_token/", "/o/introspect/"]
)
def test_a_failing_database_is_temporary(app: Application, broken_database: None, path: str) -> None:
    answer = post(
        Client(),
        path,
        client_id="notes",
        grant_type="authorization_code",
        code="c",
        token="t",
        code_verifier="v",
    )
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"
    assert answer["Retry-After"] == "1"
    assert b"server closed" not in answer.content


def test_userinfo_says_so_too(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    tokens = browser_of_somebody.tokens()

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(fail):
        answer = Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert answer.status_code == 503
    assert "sub" not in answer.json()

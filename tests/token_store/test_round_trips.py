"""How often PostgreSQL is asked for an operation, BEGIN and COMMIT counted: read off the wire, not off Django's log."""

import re
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, decode, exchange, post, refresh

pytestmark = [
    pytest.mark.requirement("F74"),
    pytest.mark.services,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="other databases have one statement at a time"
    ),
]
SCOPES = "openid profile phone offline_access"
# What makes the server answer: a simple query, or the end of a prepared one.
ASKED = re.compile(r"^[^\n]*\bF\b[^\n]*\b(?:Query|Sync)\b", re.MULTILINE)


def round_trips(work: Callable[[], Any]) -> tuple[int, Any]:
    """How often the database was asked meanwhile, and what the work gave."""
    connection.ensure_connection()
    raw: Any = connection.connection
    with tempfile.TemporaryFile("w+b") as log:
        raw.pgconn.trace(log.fileno())
        try:
            answer = work()
        finally:
            raw.pgconn.untrace()
        assert answer.status_code in {200, 303}, answer.content
        assert connection.connection is raw, "another connection was opened"
        log.seek(0)
        return len(ASKED.findall(log.read().decode(errors="replace"))), answer


@pytest.fixture
def kept_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the product: a connection lives longer than a request."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 300)


@pytest.mark.usefixtures("kept_connection")
def test_each_operation_asks_as_seldom_as_it_can(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    _, secret = create_client(name="Robot", client_id="robot", scopes="read write")
    client = Client()

    def robot() -> Any:
        return post(client, "/o/token/", grant_type="client_credentials", basic=("robot", secret))

    found: dict[str, int] = {}
    # The first of each has its statements prepared; on a busy machine what the process remembers may grow old between.
    for _ in range(6):
        code = browser_of_somebody.code(scope=SCOPES)
        for_code, tokens = round_trips(lambda: exchange(client, code))  # noqa: B023
        token = tokens.json()["refresh_token"]
        for_refresh, _answer = round_trips(lambda: refresh(client, token))  # noqa: B023
        for_robot, _answer = round_trips(robot)
        now = {"code": for_code, "refresh": for_refresh, "client credentials": for_robot}
        found = {name: min(times, found.get(name, times)) for name, times in now.items()}
    assert found == {"code": 2, "refresh": 2, "client credentials": 1}


@pytest.mark.usefixtures("kept_connection")
def test_claims_asked_for_by_name_cost_one_question_more(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    """Of a person no more is read than most tokens need; the rest comes at once, not column by column."""
    client, claims = Client(), '{"id_token":{"phone_number":null}}'
    found: dict[str, int] = {}
    for _ in range(6):
        code = browser_of_somebody.code(scope=SCOPES, claims=claims)
        for_code, tokens = round_trips(lambda: exchange(client, code))  # noqa: B023
        assert "phone_number" in decode(tokens.json()["id_token"])
        token = tokens.json()["refresh_token"]
        for_refresh, answer = round_trips(lambda: refresh(client, token))  # noqa: B023
        assert "phone_number" in decode(answer.json()["id_token"])
        now = {"code": for_code, "refresh": for_refresh}
        found = {name: min(times, found.get(name, times)) for name, times in now.items()}
    assert found == {"code": 3, "refresh": 3}

"""Connections to PostgreSQL: looked at without asking while they are fresh, and renewed when the server closed them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from custom_scopes_and_policies_app.models import Application, Grant, RefreshToken
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser, exchange

pytestmark = [
    pytest.mark.requirement("R05"),
    pytest.mark.services,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="other databases have other connections"),
]


@pytest.fixture
def kept(server: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in the product: a connection lives longer than a request, and is looked at before the next one."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 300)
    connection.close()
    connection.ensure_connection()
    yield
    connection.close()


def server_process() -> int:
    connection.ensure_connection()
    raw: Any = connection.connection
    return int(raw.info.backend_pid)


def next_request() -> None:
    """What Django does at the end of a request and at the start of the next."""
    connection.close_if_unusable_or_obsolete()


def kill(process: int) -> None:
    """End a server process, and wait until it has gone."""
    parts = connection.settings_dict
    with psycopg.connect(
        host=parts["HOST"],
        port=parts["PORT"],
        user=parts["USER"],
        password=parts["PASSWORD"],
        dbname="postgres",
    ) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 10000)", [process]).fetchone() == (True,)


def test_a_fresh_connection_is_used_again_without_a_question(kept: None) -> None:
    process = server_process()
    assert Application.objects.count() == 0
    raw: Any = connection.connection
    # However long this machine takes.
    raw.answered_at = answered = raw.answered_at + 3600
    next_request()
    assert connection.is_usable()
    assert raw.answered_at == answered
    assert server_process() == process


def test_a_connection_that_has_been_quiet_is_asked(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    raw: Any = connection.connection
    monkeypatch.setattr(raw, "answered_at", raw.answered_at - 5)
    before = raw.answered_at
    assert connection.is_usable()
    assert raw.answered_at > before + 4


def test_a_connection_that_the_server_closed_is_renewed(kept: None) -> None:
    process = server_process()
    assert Application.objects.count() == 0
    kill(process)
    next_request()
    assert Application.objects.count() == 0
    assert server_process() != process


def test_a_connection_that_breaks_under_a_token_is_a_503_and_nothing_is_written(
    kept: None, browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code()
    process = server_process()
    kill(process)
    answer = exchange(Client(), code)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    next_request()
    assert not RefreshToken.objects.exists()
    assert not OAuthTokenLog.objects.filter(event="token.issued").exists()
    assert Grant.objects.get().consumed_at is None
    assert exchange(Client(), code).status_code == 200
    assert server_process() != process


def test_a_connection_that_breaks_between_reading_and_writing_is_a_503(
    kept: None, browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code()
    raw: Any = connection.connection

    def break_before_writing(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("WITH claim") and not raw.closed:
            kill(raw.info.backend_pid)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(break_before_writing):
        answer = exchange(Client(), code)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    next_request()
    assert Grant.objects.get().consumed_at is None
    assert exchange(Client(), code).status_code == 200
    assert RefreshToken.objects.count() == 1

"""Machine endpoints know their callers by tokens and secrets: a browser's session is nothing to them."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection

from accounts_app.services import deactivate
from custom_scopes_and_policies_app.models import Application
from sessions_app import liveness
from sessions_app.models import SsoSession
from tests.answers import statements_of_the_answer
from tests.oauth import OAuthBrowser, exchange

pytestmark = [pytest.mark.requirement("F70", "R05"), pytest.mark.usefixtures("app")]


def test_no_session_is_read_for_a_machine_endpoint(browser_of_somebody: OAuthBrowser) -> None:
    browser = browser_of_somebody.client
    cache.clear()
    with statements_of_the_answer() as queries:
        answer = browser.get("/.well-known/openid-configuration")
    assert answer.status_code == 200
    assert "session" not in str(queries.captured_queries)
    assert "Cookie" not in answer.get("Vary", "")
    with statements_of_the_answer() as queries:
        assert browser.get("/account/").status_code == 200
    assert "django_session" in str(queries.captured_queries)


def without_sessions(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """The line to the database breaks whenever a session is read."""
    if "django_session" in sql:
        raise OperationalError("terminating connection")
    return execute(sql, params, many, context)


def test_a_session_that_cannot_be_read_is_not_in_the_way_of_an_app(browser_of_somebody: OAuthBrowser) -> None:
    """Apps that send a browser's cookies along need none of what these stand for."""
    code = browser_of_somebody.code()
    browser_of_somebody.client.raise_request_exception = False
    cache.clear()
    with connection.execute_wrapper(without_sessions):
        answer = exchange(browser_of_somebody.client, code)
        page = browser_of_somebody.client.get("/account/")
    assert answer.status_code == 200
    assert "access_token" in answer.json()
    assert page.status_code == 503
    assert page["Retry-After"]


def test_a_sign_in_that_is_over_shows_nobody_on_a_page_that_does_not_exist(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    """No view, so nothing has looked at the session when the page is drawn."""
    browser = browser_of_somebody.client
    session = SsoSession.objects.get()
    here = browser.get("/nowhere/")
    assert here.status_code == 404
    assert here.wsgi_request.user.is_authenticated
    deactivate(user=session.user)
    gone = browser.get("/nowhere/")
    assert gone.status_code == 404
    assert not gone.wsgi_request.user.is_authenticated
    assert not liveness.is_session_live(session.pk)

"""The machine endpoints asked too often: an error with a time to come back, and neither work nor row for each call."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from custom_scopes_and_policies_app.clients import create_client
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser, introspect, post

LIMIT = 3
MIDDLE = 1_767_225_630  # half past a minute
ENDPOINTS = {
    "token": ("/o/token/", "TOKEN_REQUESTS_PER_ADDRESS"),
    "introspection": ("/o/introspect/", "INTROSPECTIONS_PER_ADDRESS"),
    "revocation": ("/o/revoke_token/", "REVOCATIONS_PER_ADDRESS"),
    "userinfo": ("/o/userinfo/", "USERINFO_REQUESTS_PER_ADDRESS"),
}


def is_flooded(answer: Any) -> bool:
    if answer.status_code != 429:
        return False
    assert answer.json()["error"] == "temporarily_unavailable"
    assert answer["Retry-After"] == "30"
    assert answer["Cache-Control"] == "no-store"
    return True


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("feature:F12", "L07")
@pytest.mark.parametrize("kind", ENDPOINTS)
def test_an_address_that_asks_too_often_is_told_when_to_come_back(
    kind: str, server: None, settings: Settings
) -> None:
    path, name = ENDPOINTS[kind]
    setattr(settings, name, LIMIT)
    with time_machine.travel(MIDDLE, tick=False) as clock:
        answers = [post(Client(), path, token="nonsense") for _ in range(LIMIT + 1)]
        assert [is_flooded(answer) for answer in answers] == [False] * LIMIT + [True]
        with CaptureQueriesContext(connection) as queries:
            assert all(is_flooded(post(Client(), path, token="nonsense")) for _ in range(5))
        assert len(queries) == 0, "a refused call reaches no database"
        flooded = OAuthTokenLog.objects.filter(event="endpoint.flooded")
        assert [(row.subject, row.reason) for row in flooded] == [(kind, f"{kind}-address")]
        elsewhere = Client(REMOTE_ADDR="198.51.100.77")
        assert not is_flooded(post(elsewhere, path, token="nonsense"))
        clock.shift(30)
        assert not is_flooded(post(Client(), path, token="nonsense"))


@pytest.mark.requirement("feature:F12")
def test_a_confidential_app_is_counted_over_all_its_addresses(server: None, settings: Settings) -> None:
    settings.TOKEN_REQUESTS_PER_CLIENT = LIMIT
    for name in ("robot", "other"):
        create_client(name=name, client_id=name, client_secret=f"secret-of-{name}", scopes="read")
    fields: dict[str, Any] = {"grant_type": "client_credentials"}
    with time_machine.travel(MIDDLE, tick=False):
        for number in range(LIMIT):
            browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
            assert post(browser, "/o/token/", basic=("robot", "secret-of-robot"), **fields).status_code == 200
        refused = post(Client(), "/o/token/", basic=("robot", "secret-of-robot"), **fields)
        assert is_flooded(refused)
        assert "access_token" not in refused.json()
        assert post(Client(), "/o/token/", basic=("other", "secret-of-other"), **fields).status_code == 200


@pytest.mark.requirement("feature:F12")
@pytest.mark.usefixtures("standing_still")
def test_who_does_not_know_the_secret_uses_up_nothing_of_an_app(server: None, settings: Settings) -> None:
    settings.TOKEN_REQUESTS_PER_CLIENT = LIMIT
    create_client(name="robot", client_id="robot", client_secret="secret-of-robot", scopes="read")
    fields: dict[str, Any] = {"grant_type": "client_credentials"}
    for _ in range(LIMIT + 2):
        assert post(Client(), "/o/token/", basic=("robot", "guess"), **fields).status_code == 401
    assert post(Client(), "/o/token/", basic=("robot", "secret-of-robot"), **fields).status_code == 200


@pytest.mark.requirement("feature:F12", "login:F10")
@pytest.mark.usefixtures("standing_still")
def test_a_made_up_forwarding_header_is_no_other_address(server: None, settings: Settings) -> None:
    settings.TOKEN_REQUESTS_PER_ADDRESS = LIMIT
    statuses = []
    for number in range(LIMIT + 1):
        spoof: Any = {
            "HTTP_X_FORWARDED_FOR": f"203.0.113.{number}", "HTTP_X_REAL_IP": f"203.0.113.{number}",
            "HTTP_FORWARDED": f"for=203.0.113.{number}",
        }  # fmt: skip
        statuses.append(Client(**spoof).post("/o/token/").status_code)
    assert statuses[-1] == 429


@pytest.mark.requirement("feature:F12")
def test_a_resource_server_has_a_limit_of_its_own(
    browser_of_somebody: OAuthBrowser, app: object, api: tuple[str, str], settings: Settings
) -> None:
    settings.INTROSPECTIONS_PER_CLIENT = LIMIT
    token = browser_of_somebody.tokens()["access_token"]
    with time_machine.travel(MIDDLE + 60_000_000, tick=False):
        for _ in range(LIMIT):
            assert introspect(Client(), token, api) == {"active": False}
        refused = post(Client(), "/o/introspect/", basic=api, token=token)
        assert is_flooded(refused)
        assert "active" not in refused.json()

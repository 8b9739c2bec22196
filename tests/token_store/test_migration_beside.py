"""A migration beside live traffic changes the type of a column that a prepared statement answers with."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser, exchange, refresh

pytestmark = [
    pytest.mark.requirement("R05"),
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="statements are prepared on PostgreSQL"),
]
SCOPES = "openid offline_access"


def widen(characters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE accounts_app_user ALTER given_name TYPE varchar({characters})")


@pytest.fixture
def as_before() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT character_maximum_length FROM information_schema.columns"
            " WHERE table_name = 'accounts_app_user' AND column_name = 'given_name'"
        )
        [(characters,)] = cursor.fetchall()
    yield
    widen(characters)


@pytest.mark.usefixtures("as_before")
def test_codes_and_refreshes_go_on(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    first = exchange(Client(), browser_of_somebody.code(scope=SCOPES)).json()["refresh_token"]
    second = refresh(Client(), first).json()["refresh_token"]
    code = browser_of_somebody.code(scope=SCOPES)
    widen(900)
    assert refresh(Client(), second).status_code == 200
    widen(901)
    assert exchange(Client(), code).status_code == 200

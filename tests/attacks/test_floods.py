"""Somebody without an account fills the tables: each request of a stranger leaves a row, so they are counted."""

import pytest
from pytest_django import Settings

from custom_scopes_and_policies_app.models import Application, StoredRequest
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser


@pytest.fixture(autouse=True)
def few(settings: Settings, app: Application) -> None:
    settings.AUTHORIZATION_REQUESTS_PER_ADDRESS = 3


def rows() -> int:
    return StoredRequest.objects.count() + OAuthTokenLog.objects.count()


@pytest.mark.requirement("feature:F12")
@pytest.mark.parametrize("changes", [{}, {"prompt": "none"}, {"scope": "nonsense"}], ids=str)
@pytest.mark.usefixtures("standing_still")
def test_a_stranger_may_begin_so_many_sign_ins_in_a_minute(
    stranger: OAuthBrowser, changes: dict[str, str]
) -> None:
    for _ in range(3):
        assert stranger.authorize(**changes).status_code == 303
    before = rows()
    refused = stranger.authorize(**changes)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Location" not in refused
    assert "Not right now" in refused.content.decode()
    assert rows() == before


@pytest.mark.requirement("feature:F12")
@pytest.mark.usefixtures("standing_still")
def test_what_strangers_do_at_the_same_address_keeps_nobody_out_who_is_signed_in(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    for _ in range(5):
        OAuthBrowser(type(browser_of_somebody.client)()).authorize()
    for _ in range(5):
        assert browser_of_somebody.authorize()["Location"].startswith("/o/consent/")


@pytest.mark.requirement("feature:F12")
@pytest.mark.usefixtures("standing_still")
def test_a_signed_in_person_may_begin_so_many_in_a_minute(
    settings: Settings, browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    settings.AUTHORIZATION_REQUESTS_PER_PERSON = 3
    for _ in range(3):
        assert browser_of_somebody.authorize().status_code == 303
    refused = browser_of_somebody.authorize()
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Not right now" in refused.content.decode()

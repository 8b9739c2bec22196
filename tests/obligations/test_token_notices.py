"""Letters about issued tokens: once for each person, app and device, through the front door."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, refresh

pytestmark = pytest.mark.requirement("F62")
ABOUT_TOKENS = "uses your"


@pytest.fixture(autouse=True)
def inline(settings: Settings) -> None:
    settings.MESSAGING_DELIVERY = "inline"


@pytest.fixture
def elsewhere(somebody: User) -> Callable[[], OAuthBrowser]:
    def sign_in() -> OAuthBrowser:
        browser = OAuthBrowser(
            Client(HTTP_USER_AGENT="Mozilla/5.0 (Android 14; Mobile; rv:140.0) Firefox/140.0")
        )
        browser.sign_in(PHONE, PASSWORD)
        return browser

    return sign_in


def told() -> list[str]:
    return [str(letter.body) for letter in mail.outbox if ABOUT_TOKENS in letter.subject]


def test_the_letter_about_the_app_is_enough_for_its_first_tokens(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    for _turn in range(3):
        browser_of_somebody.tokens()
        cache.clear()
    assert told() == []
    assert ["can now use" in letter.subject for letter in mail.outbox] == [True]


def test_the_same_app_on_another_device_is_told_once(
    browser_of_somebody: OAuthBrowser, app: Application, elsewhere: Callable[[], OAuthBrowser]
) -> None:
    browser_of_somebody.tokens()
    phone = elsewhere()
    for _turn in range(3):
        tokens = phone.tokens()
        refresh(phone.client, tokens["refresh_token"])
        cache.clear()
    (letter,) = told()
    assert "Firefox Mobile on Android" in letter
    assert "This wasn't me" in letter
    assert "/account/apps/" in letter
    assert tokens["refresh_token"] not in letter
    assert PHONE not in letter


@pytest.mark.parametrize(("choice", "letters"), [("each", 3), ("never", 0)])
def test_the_setting_says_each_time_or_never(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Settings, choice: str, letters: int
) -> None:
    settings.TOKEN_NOTICE = choice
    for _turn in range(3):
        browser_of_somebody.tokens()
    assert len(told()) == letters

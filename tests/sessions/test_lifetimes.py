"""Idle and absolute limits of a sign-in, by the clock."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, introspect, refresh

pytestmark = pytest.mark.requirement("I03")
DAY = timedelta(days=1)


def is_signed_in(browser: OAuthBrowser) -> bool:
    return bool(browser.client.get("/account/").status_code == 200)


def test_a_sign_in_in_daily_use_ends_after_thirty_days(browser_of_somebody: OAuthBrowser) -> None:
    start = timezone.now()
    for day in (1, 10, 20, 29):
        with time_machine.travel(start + day * DAY):
            assert is_signed_in(browser_of_somebody), day
    with time_machine.travel(start + 30 * DAY + timedelta(seconds=1)):
        assert not is_signed_in(browser_of_somebody)


def test_an_unused_sign_in_ends_after_fourteen_days(browser_of_somebody: OAuthBrowser) -> None:
    start = timezone.now()
    with time_machine.travel(start + 13 * DAY):
        assert is_signed_in(browser_of_somebody)
    with time_machine.travel(start + 28 * DAY):
        assert not is_signed_in(browser_of_somebody)


def test_tokens_end_with_the_absolute_limit(
    browser_of_somebody: OAuthBrowser, app: object, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens()
    SsoSession.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert introspect(browser_of_somebody.client, tokens["access_token"], api) == {"active": False}
        answer = refresh(browser_of_somebody.client, tokens["refresh_token"])
        assert answer.json()["error"] == "invalid_grant"


def test_two_factors_may_have_shorter_limits(browser_of_somebody: OAuthBrowser, settings: Settings) -> None:
    start = timezone.now()
    settings.SSO_SESSION_AAL2_SECONDS = 24 * 3600
    settings.SSO_SESSION_AAL2_IDLE_SECONDS = 3600
    session = SsoSession.objects.get()
    assert session.expires_at - session.created_at > 29 * DAY, "one factor: the limits of one factor"
    with time_machine.travel(start + timedelta(hours=2)):
        assert is_signed_in(browser_of_somebody)
    SsoSession.objects.update(acr="aal2", last_seen_at=timezone.now())
    with time_machine.travel(start + timedelta(minutes=50)):
        assert is_signed_in(browser_of_somebody)
    with time_machine.travel(start + timedelta(minutes=100)):
        assert is_signed_in(browser_of_somebody), "it was used in between"
    with time_machine.travel(start + timedelta(minutes=165)):
        assert not is_signed_in(browser_of_somebody)


def test_proving_again_keeps_the_sign_in_and_its_absolute_limit(browser_of_somebody: OAuthBrowser) -> None:
    first = SsoSession.objects.get()
    with time_machine.travel(timezone.now() + DAY):
        browser_of_somebody.sign_in(PHONE, PASSWORD)
    again = SsoSession.objects.get()
    assert again.sid == first.sid
    assert again.auth_time > first.auth_time
    assert again.expires_at <= first.created_at + 30 * DAY

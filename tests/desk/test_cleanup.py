"""Old codes, device codes, families, sign-ins and news go; what is still asked about stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.utils import timezone

from accounts_app.models import User
from core_app.cleanup import everything_old, remove
from custom_scopes_and_policies_app.models import (
    Application,
    DeviceAuthorization,
    Grant,
    LogoutNotice,
    RefreshToken,
    RevokedToken,
)
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser

pytestmark = pytest.mark.requirement("F61")


def removed(days: float) -> dict[str, int]:
    """What goes when the clean-up runs after so many days."""
    counts = remove(everything_old(timezone.now() + timedelta(days=days)), seconds=20)
    return {name: count for name, count in counts.items() if count}


@pytest.fixture
def used(browser_of_somebody: OAuthBrowser, app: Application) -> OAuthBrowser:
    browser_of_somebody.tokens(scope="openid offline_access")
    return browser_of_somebody


def test_a_used_code_is_known_for_a_day(used: OAuthBrowser) -> None:
    assert "codes" not in removed(0.9)
    assert Grant.objects.count() == 1
    assert removed(1.1)["codes"] == 1
    assert not Grant.objects.exists()
    assert RefreshToken.objects.filter(revoked_at__isnull=True).count() == 1, (
        "the family goes on without its code"
    )


def test_a_family_and_its_sign_in_go_long_after_their_end(used: OAuthBrowser) -> None:
    assert "token families" not in removed(36)
    assert removed(38)["token families"] == 1
    assert SsoSession.objects.count() == 1
    assert removed(61)["sessions"] == 1
    assert not SsoSession.objects.exists()
    assert User.objects.count() == 1


def test_browser_sessions_go_when_they_are_over(used: OAuthBrowser) -> None:
    Session.objects.create(session_key="over", session_data="", expire_date=timezone.now() - timedelta(1))
    kept = Session.objects.count() - 1
    assert removed(0)["browser sessions"] == 1
    assert Session.objects.count() == kept


def device(app: Application) -> Model:
    return DeviceAuthorization.objects.create(
        application=app, device_code_hash="d", user_code_hash="u", expires_at=timezone.now()
    )


def revoked(app: Application) -> Model:
    return RevokedToken.objects.create(jti="j", expires_at=timezone.now() + timedelta(minutes=5))


def told(app: Application) -> Model:
    facts = {"sid": "0" * 32, "sub": "1" * 32, "state": LogoutNotice.State.DELIVERED}
    return LogoutNotice.objects.create(application=app, **facts)


@pytest.mark.parametrize(
    ("make", "name", "stays", "goes"),
    [
        (device, "device codes", 0.9, 1.1),
        (revoked, "revoked tokens", 0, 0.1),
        (told, "logout notices", 29, 31),
    ],
)
def test_each_kind_has_its_time(
    app: Application, make: Callable[[Application], Model], name: str, stays: float, goes: float
) -> None:
    row = make(app)
    assert name not in removed(stays)
    assert removed(goes)[name] == 1
    assert not type(row)._default_manager.exists()


def test_an_app_that_was_not_told_yet_is_not_forgotten(app: Application) -> None:
    LogoutNotice.objects.create(application=app, sid="0" * 32, sub="1" * 32)
    assert "logout notices" not in removed(90)

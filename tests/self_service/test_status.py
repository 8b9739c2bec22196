"""How safe the account is, in words: what is missing leads to the page that mends it."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.utils import timezone

from accounts_app.models import User
from core_app import contributions
from core_app.status_lines import StatusLine, status_of
from tests.oauth import OAuthBrowser
from tests.ui.page import read

pytestmark = pytest.mark.requirement("F28")


@pytest.fixture
def without_mfa(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The second factors' room taken out of the settings."""
    installed = [config for config in apps.get_app_configs() if config.name != "mfa_app"]
    monkeypatch.setattr(apps, "get_app_configs", lambda: installed)
    contributions.modules.cache_clear()
    yield
    contributions.modules.cache_clear()


def by_name(person: User) -> dict[str, StatusLine]:
    return {str(line.name): line for line in status_of(person)}


def test_what_is_proven_is_good_and_what_is_missing_leads_to_its_page(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    lines = by_name(somebody)
    assert list(lines) == ["Phone number", "E-mail", "Password", "Second factor", "Way back", "Devices"]
    assert [line.is_good for line in lines.values()] == [True, True, True, False, True, None]
    assert lines["Second factor"].url == "/account/security/"
    page = browser_of_somebody.client.get("/account/")
    links = {link["href"] for link in read(page).all("a")}
    assert {line.url for line in lines.values()} <= links
    assert "99112233" not in page.content.decode()


def test_who_has_nothing_proven_is_told_so(somebody: User) -> None:
    somebody.phone_proven_at = somebody.email_verified_at = somebody.email_identifier = None
    somebody.set_unusable_password()
    lines = by_name(somebody)
    assert [line.is_good for line in lines.values()] == [False, False, None, False, False, None]
    assert "no way back" in str(lines["Way back"].words)
    somebody.email_identifier, somebody.email_verified_at = "oyun@example.com", timezone.now()
    back = by_name(somebody)["Way back"]
    assert (back.is_good, back.url) == (False, "/account/phone/")


def test_a_room_that_is_taken_out_takes_its_line_along(somebody: User, without_mfa: None) -> None:
    assert "Second factor" not in by_name(somebody)
    assert "Phone number" in by_name(somebody)

"""Passkeys in a real Chromium, with an authenticator that the browser itself pretends to have."""

import re
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import CDPSession, Page, expect

from scripts.live_server import LiveServer
from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser

PASSWORD = "a quiet walk by the river"
NEWEST = """
from sessions_app.models import SsoSession
session = SsoSession.objects.latest("created_at")
print(session.acr, *session.amr)
"""


@pytest.fixture
def authenticator(page: Page) -> Iterator[CDPSession]:
    """A platform authenticator that keeps its keys and always recognises its user."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield session
    session.detach()


def make_person(server: LiveServer, phone: str) -> str:
    server.manage("create_person", "--phone", phone, "--password", PASSWORD)
    return phone


def log_in(page: Page, phone: str) -> None:
    page.goto("/login/?next=/account/security/")
    page.locator("input[name=phone]").fill(phone)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()


def proven(server: LiveServer) -> list[str]:
    """The level and methods of the newest sign-in."""
    return server.manage("shell", "-v", "0", "-c", NEWEST).split()


def add_passkey(page: Page) -> None:
    page.goto("/account/security/passkey/")
    page.locator("input[name=name]").fill("my laptop")
    page.locator("form[data-passkey] button").click()
    expect(page).to_have_url(re.compile("/account/security/backup-codes/"))


@pytest.mark.requirement("F26", "H04", "K05", "K07")
def test_a_passkey_is_added_and_signs_in_alone_by_the_page_for_it(
    page: Page, server: LiveServer, watch: Watch, authenticator: Any
) -> None:
    log_in(page, make_person(server, "+97688116601"))
    add_passkey(page)
    page.goto("/account/security/")
    expect(page.locator("main")).to_contain_text("my laptop")
    page.context.clear_cookies()
    page.goto("/login/passkey/?next=/account/security/")
    page.locator("form[data-passkey] button").click()
    expect(page).to_have_url(f"{server.url}/account/security/")
    level, *methods = proven(server)
    assert level == "aal2"
    assert {"user", "mfa"} < set(methods)
    assert watch.complaints == []
    assert watch.strangers == []


@pytest.mark.requirement("F26", "H04")
def test_the_browser_offers_the_passkey_in_the_number_field_of_the_log_in_page(
    page: Page, server: LiveServer, watch: Watch, authenticator: Any
) -> None:
    log_in(page, make_person(server, "+97688116602"))
    add_passkey(page)
    page.context.clear_cookies()
    page.goto("/login/?next=/account/security/")
    # The pretended authenticator answers at once what a person would choose from the field's suggestions.
    expect(page).to_have_url(f"{server.url}/account/security/")
    assert watch.complaints == []


@pytest.mark.requirement("F26", "H04")
def test_after_the_password_the_passkey_is_asked_for(
    page: Page, server: LiveServer, watch: Watch, authenticator: Any
) -> None:
    phone = make_person(server, "+97688116603")
    log_in(page, phone)
    add_passkey(page)
    page.context.clear_cookies()
    authenticator.send("WebAuthn.disable")
    page.goto("/login/?next=/account/security/")
    page.locator("input[name=phone]").fill(phone)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/login/second-factor/"))
    expect(page.locator("form[data-passkey] button")).to_be_visible()


@pytest.mark.requirement("F26", "H02")
def test_an_authenticator_app_is_set_up_from_the_picture_and_asked_for(
    page: Page, server: LiveServer, watch: Watch
) -> None:
    phone = make_person(server, "+97688116604")
    log_in(page, phone)
    page.goto("/account/security/app/")
    page.locator("main form button").click()
    expect(page.locator(".qr-code svg")).to_be_visible()
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.locator("input[name=code]").fill(app.now())
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile("/account/security/backup-codes/"))
    page.locator("main form button").click()
    codes = page.locator(".backup-codes code").all_inner_texts()
    assert len(codes) == 10
    page.context.clear_cookies()
    log_in(page, phone)
    expect(page).to_have_url(re.compile("/login/second-factor/"))
    page.get_by_text("Use a backup code").click()
    page.locator("input[name=code]").fill(codes[0])
    page.locator("main form button").click()
    expect(page).to_have_url(f"{server.url}/account/security/")
    assert watch.complaints == []
    assert watch.strangers == []


def test_without_script_the_page_for_passkeys_says_how_to_go_on(page: Page, server: LiveServer) -> None:
    assert page.context.browser is not None
    plain = page.context.browser.new_context(base_url=server.url, java_script_enabled=False)
    visitor = plain.new_page()
    visitor.goto("/login/passkey/")
    assert "Passkeys need JavaScript" in visitor.content()
    expect(visitor.locator("form[data-passkey] button")).to_be_hidden()
    visitor.get_by_text("Sign in another way").click()
    expect(visitor).to_have_url(re.compile("/login/"))
    plain.close()

"""Signing up by the link of an e-mail, a new password, and a forgotten one, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from scripts.live_server import LiveServer
from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser

EMAIL = "bat@example.com"
PASSWORD = "a quiet walk by the river"
NEW_PASSWORD = "another walk along the shore"
FORGOTTEN = "a third walk over the hills"
LINK = re.compile(r"^https?://[^/]+(/\S+)$", re.MULTILINE)


@pytest.mark.requirement("F25", "F30", "K05", "K07", "K08")
def test_a_person_signs_up_changes_the_password_and_forgets_it(
    page: Page, server: LiveServer, watch: Watch
) -> None:
    page.goto("/signup/")
    page.get_by_role("link", name="Sign up with e-mail").click()
    expect(page.locator('input[name="email"]')).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/signup/email/verify/")
    page.goto(link_in_the_newest_letter(page))
    expect(page.locator("h1")).to_have_text("Confirm your address")
    page.get_by_role("button", name="Yes, this is my address").click()
    page.locator('input[name="password"]').fill(PASSWORD)
    page.locator('input[name="given_name"]').fill("Bat")
    page.get_by_role("button", name="Create my account").click()
    expect(page).to_have_url(f"{server.url}/")

    page.goto("/account/")
    page.locator(".tiles").get_by_role("link", name="Password", exact=True).click()
    page.locator('input[name="current_password"]').fill(PASSWORD)
    page.locator('input[name="password"]').fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save the new password").click()
    expect(page).to_have_url(f"{server.url}/account/")
    expect(page.locator(".alert")).to_contain_text("Everywhere else you are signed out")

    page.context.clear_cookies()
    page.goto("/login/")
    page.get_by_role("link", name="Sign in with e-mail").click()
    page.get_by_role("link", name="Forgot your password?").click()
    page.locator('input[name="email"]').fill(EMAIL)
    page.get_by_role("button", name="Send me an e-mail").click()
    page.locator('input[name="code"]').fill(code_in_the_newest_letter(page))
    page.get_by_role("button", name="Continue").click()
    page.locator('input[name="password"]').fill(FORGOTTEN)
    page.get_by_role("button", name="Save the new password").click()
    page.locator('input[name="email"]').fill(EMAIL)
    page.locator('input[name="password"]').fill(FORGOTTEN)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{server.url}/")
    assert watch.complaints == []
    assert watch.strangers == []


def newest_letter(page: Page) -> dict[str, str]:
    letters = page.request.get(f"/dev/inbox/?format=json&to={EMAIL}").json()["messages"]
    return next(letter for letter in letters if letter["code"])


def code_in_the_newest_letter(page: Page) -> str:
    return newest_letter(page)["code"]


def link_in_the_newest_letter(page: Page) -> str:
    found = LINK.search(newest_letter(page)["text"])
    assert found is not None
    return found[1]

"""The whole journey as a person clicks it, in a real browser against a real server."""

import re

import pytest
from playwright.sync_api import Page, expect

from scripts.live_server import LiveServer
from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser

PHONE = "88 11 44 55"
PASSWORD = "a quiet walk by the river"


@pytest.mark.requirement("F20", "F50", "feature:F01", "feature:F02", "K05", "K07")
def test_a_new_person_signs_up_consents_to_less_and_the_app_gets_just_that(
    page: Page, server: LiveServer, watch: Watch
) -> None:
    page.goto("/")
    page.locator('main a[href="/demo/"], a[href="/demo/"]').first.click()
    page.locator('a[href*="prompt=create"]').click()
    sign_up(page)

    expect(page).to_have_url(re.compile(r"/o/consent/"))
    page.locator('input[type=checkbox][name=scope][value="email"]').uncheck()
    chosen = choose_another_level(page, "phone")
    press(page, "decision", "allow")

    expect(page).to_have_url(f"{server.url}/demo/")
    assert set(claim(page, "scope").split()) == {"openid", "profile", "phone", "offline_access", "read"}
    assert f'"phone": "{chosen}"' in claim(page, "policies")
    assert '"email"' not in claim(page, "policies")
    assert re.fullmatch(r"[0-9a-f-]{36}", claim(page, "sid"))
    assert claim(page, "sid") == claim(page, "sid", token="id_token")
    assert claim(page, "iss") == server.url
    assert claim(page, "client_id") == "demo"
    assert PHONE.replace(" ", "") not in page.locator("#access_token-claims").inner_text()
    assert page.locator('#userinfo [data-claim="email"]').count() == 0

    use_the_buttons(page)
    assert watch.complaints == []
    assert watch.strangers == []


@pytest.mark.requirement("A12", "F50")
def test_saying_no_gives_the_app_nothing(page: Page, server: LiveServer, watch: Watch) -> None:
    page.goto("/demo/")
    page.locator('a[href*="prompt=create"]').click()
    sign_up(page, phone="88 11 44 66")
    press(page, "decision", "deny")
    expect(page).to_have_url(re.compile(rf"^{re.escape(server.url)}/demo/callback/\?error=access_denied"))
    page.goto("/demo/")
    expect(page.locator("#access_token-claims")).to_have_count(0)
    assert [text for text in watch.complaints if "400" not in text] == []


def sign_up(page: Page, phone: str = PHONE) -> None:
    """Number, code from the inbox in another tab, password, no profile."""
    page.locator("input[name=phone]").fill(phone)
    submit(page)
    expect(page).to_have_url(re.compile(r"/signup/verify/"))
    page.locator("input[name=code]").fill(newest_code(page))
    submit(page)
    expect(page).to_have_url(re.compile(r"/signup/password/"))
    page.locator("input[name=password]").fill(PASSWORD)
    submit(page)
    expect(page).to_have_url(re.compile(r"/signup/profile/"))
    page.locator('main a[href*="/o/authorize/"]').click()


def newest_code(page: Page) -> str:
    """Read in the inbox, in a tab of its own, as a person would."""
    inbox = page.context.new_page()
    inbox.goto("/dev/inbox/")
    code = inbox.locator("[data-code]").first.inner_text().strip()
    inbox.close()
    assert re.fullmatch(r"[0-9]{6}", code)
    return code


def choose_another_level(page: Page, scope: str) -> str:
    """Choose a level of the scope that is not the one shown as chosen; its value."""
    levels = page.locator(f'input[type=radio][name="level-{scope}"]')
    value = levels.and_(page.locator(":not(:checked)")).first.get_attribute("value") or ""
    levels.and_(page.locator(f'[value="{value}"]')).check()
    return value


def use_the_buttons(page: Page) -> None:
    """Refresh, introspect, revoke, introspect again, log out."""
    before = claim(page, "jti")
    answer = page.locator("#answer")
    page.locator('form[action="/demo/refresh/"] button').click()
    expect(answer).to_contain_text("200")
    assert claim(page, "jti") != before
    page.locator('form[action="/demo/introspect/"] button').click()
    expect(answer).to_contain_text('"active": true')
    page.locator('form[action="/demo/revoke/"] button').click()
    expect(answer).to_contain_text("/o/revoke_token/")
    page.locator('form[action="/demo/introspect/"] button').click()
    expect(answer).to_contain_text('"active": false')
    page.locator('form[action="/demo/sign-out/"] button').click()
    expect(page.locator("#access_token-claims")).to_have_count(0)


def claim(page: Page, name: str, token: str = "access_token") -> str:
    """The value shown for a claim, without the note beside it."""
    cell = page.locator(f'#{token}-claims [data-claim="{name}"]')
    return str(cell.evaluate("cell => cell.firstChild.textContent")).strip()


def submit(page: Page) -> None:
    """Press the page's main button."""
    page.locator("main form button:not([type=button])").first.click()


def press(page: Page, name: str, value: str) -> None:
    """Press the button that sends this answer."""
    page.locator(f'button[name="{name}"][value="{value}"]').click()

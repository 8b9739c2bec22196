"""Signing in through another provider in a real browser: the click, their pages, and back, with and without scripts."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.live_server import LiveServer, free_port, live_server
from tests.browser.conftest import Watch
from tests.social import provider

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requirement("F27", "K05"),
    provider.NEEDS_NODE,
]
PEOPLE = {"oyun": {"email": "oyun@example.com", "email_verified": True, "name": "Oyun Bat"}}


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """A server that knows node-oidc-provider as an upstream, and that provider."""
    port = free_port()
    client = {"client_id": "us", "client_secret": "s3cret"}
    entry = {
        "id": "node", "kind": "oidc", "label": "Example", "issuer": f"http://127.0.0.1:{port}", "trusts_email": True,
    }  # fmt: skip
    with live_server(SOCIAL_PROVIDERS=json.dumps([{**entry, **client}])) as running:
        uris = {"redirect_uris": [f"{running.url}/login/social/node/callback/"]}
        with provider.running(client={**client, **uris}, people=PEOPLE, port=port):
            yield running


def sign_in_there(page: Page) -> None:
    """The provider's own pages: log in, allow."""
    page.fill("input[name=login]", "oyun")
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.click("button[type=submit]")


def test_somebody_clicks_signs_in_there_and_is_back_where_they_wanted_to_go(page: Page, watch: Watch) -> None:
    page.goto("/account/")
    page.click("text=Continue with Example")
    sign_in_there(page)
    expect(page).to_have_url("/account/")
    expect(page.locator("main")).to_contain_text("Oyun Bat")
    page.click("nav >> text=Connected sign-ins")
    expect(page.locator("main")).to_contain_text("oyun@example.com")
    page.click("main a:has-text('Disconnect')")
    expect(page.locator("[role=alert]")).to_contain_text("only way you can sign in")
    # The provider's pages have complaints of their own.
    assert [text for text in watch.complaints if watch.origin in text] == []


@pytest.mark.requirement("I08")
def test_from_another_site_somebody_is_asked_first_and_goes_on_without_scripts(
    browser: Browser, server: LiveServer
) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    trap = f"{server.url}/login/social/node/?next=/account/"
    page.goto(f"data:text/html,<a href='{trap}'>win a prize</a>")
    page.click("a")
    expect(page.locator("h1")).to_contain_text("Continue with Example?")
    page.click("text=Continue with Example >> nth=-1")
    sign_in_there(page)
    expect(page).to_have_url(f"{server.url}/account/")
    context.close()

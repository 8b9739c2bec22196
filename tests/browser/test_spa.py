"""The example that is one page, in a real browser against a real server: in, renewed, out, and out by somebody else."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from scripts.live_server import ROOT, LiveServer, free_port
from tests.browser.conftest import Watch
from tests.browser.test_journey import press, submit

pytestmark = [pytest.mark.browser, pytest.mark.requirement("F71", "feature:F13")]

PHONE, PASSWORD = "+97688119471", "a quiet walk by the river"
# As its README says.
MADE = re.compile(r"^ {4}\S+ manage\.py (create_client .+)$", re.MULTILINE)
ADDRESS = "http://localhost:9200"
# How long before its end an access token is renewed, and how long one lives, in seconds.
AHEAD, LIFE = 60, 900
USER = "Object.entries(sessionStorage).find(([name]) => name.startsWith('oidc.user:'))?.[1]"


@pytest.fixture(scope="module")
def app(server: LiveServer) -> Iterator[str]:
    """The page app's address: registered and started as its README says, on a port that is free."""
    port = free_port()
    address = f"http://localhost:{port}"
    readme = (ROOT / "examples" / "spa" / "README.md").read_text(encoding="utf-8")
    command = MADE.findall(readme)[0]
    assert ADDRESS in command
    server.manage(*shlex.split(command.replace(ADDRESS, address)))
    server.manage("create_person", "--phone", PHONE, "--password", PASSWORD)
    environment = {**os.environ, "ISSUER_URL": server.url, "SPA_PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-u", "examples/spa/serve.py"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert address in process.stdout.readline()
            yield address
        finally:
            process.terminate()


def sign_in(page: Page, server: LiveServer, app: str) -> None:
    """From the app's button through the server's pages, as far as they are asked, and back."""
    page.goto(f"{app}/?issuer={server.url}")
    page.click("#sign-in")
    page.locator("input[name=phone]").fill(PHONE)
    page.locator("input[name=password]").fill(PASSWORD)
    submit(page)
    page.wait_for_url(re.compile(rf"^{re.escape(app)}/|/o/consent/"))
    if "/o/consent/" in page.url:
        press(page, "decision", "allow")
    expect(page.locator("#status")).to_contain_text("Signed in as")


def tokens(page: Page) -> dict[str, Any]:
    """What the page keeps of the person who is signed in."""
    kept: dict[str, Any] = page.evaluate(f"JSON.parse({USER})")
    return kept


def refresh(server: LiveServer, refresh_token: str) -> httpx.Response:
    """What the token endpoint says to this refresh token."""
    form = {"grant_type": "refresh_token", "client_id": "page-app", "refresh_token": refresh_token}
    return httpx.post(f"{server.url}/o/token/", data=form, trust_env=False)


def test_somebody_signs_in_is_renewed_before_the_end_and_signs_out(
    page: Page, server: LiveServer, app: str, watch: Watch
) -> None:
    page.clock.install()
    sign_in(page, server, app)
    # Neither code nor state stays in the address or in the history.
    expect(page).to_have_url(f"{app}/")
    first = tokens(page)
    assert first["profile"]["iss"] == server.url

    page.clock.fast_forward((LIFE - AHEAD + 1) * 1000)
    page.wait_for_function(f"before => JSON.parse({USER}).access_token !== before", arg=first["access_token"])
    renewed = tokens(page)
    assert renewed["refresh_token"] != first["refresh_token"]
    assert renewed["profile"]["sub"] == first["profile"]["sub"]
    expect(page.locator("#status")).to_contain_text("Signed in as")

    page.click("#sign-out")
    expect(page.locator("#status")).to_have_text("Nobody is signed in.")
    expect(page).to_have_url(f"{app}/")
    assert page.evaluate(USER) is None
    answer = refresh(server, renewed["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    page.goto(f"{server.url}/account/")
    expect(page).to_have_url(re.compile(r"/login/"))
    assert watch.complaints == []
    assert [url for url in watch.strangers if not url.startswith(app)] == []


def test_when_the_access_was_taken_back_the_page_says_so(page: Page, server: LiveServer, app: str) -> None:
    sign_in(page, server, app)
    before = tokens(page)["access_token"]
    page.click("#renew")
    page.wait_for_function(f"before => JSON.parse({USER}).access_token !== before", arg=before)

    account = page.context.new_page()
    account.goto(f"{server.url}/account/apps/")
    account.click('main a[href*="/disconnect/"]')
    submit(account)
    expect(account.locator("[role=status]")).to_contain_text("Page app can no longer use your account")

    page.click("#renew")
    expect(page.locator("#status")).to_have_text("You were signed out. Sign in again.")
    assert page.evaluate(USER) is None
    expect(page.locator("#sign-in")).to_be_visible()


def test_saying_no_leaves_the_page_without_tokens(page: Page, server: LiveServer, app: str) -> None:
    page.goto(f"{app}/?error=access_denied&state=made-up&iss={server.url}&issuer={server.url}")
    expect(page.locator("#status")).to_contain_text("Signing in did not work")
    expect(page).to_have_url(f"{app}/")
    assert page.evaluate(USER) is None

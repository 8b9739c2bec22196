"""The answer by form post, as a real browser carries it to an app of another origin."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.live_server import LiveServer
from tests.oauth import VERIFIER, challenge_of

pytestmark = pytest.mark.browser

PHONE, PASSWORD = "+97688114477", "a quiet walk by the river"


@dataclass
class App:
    """What the app was sent, and with which headers."""

    url: str = ""
    posted: list[dict[str, str]] = field(default_factory=list)
    referrers: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def app(server: LiveServer) -> Iterator[App]:
    """An app at another origin that answers every POST with a page."""
    seen = App()

    class Callback(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.posted.append(dict(parse_qsl(body)))
            seen.referrers.append(self.headers.get("Referer", ""))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<h1>Welcome to the app</h1>")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Callback) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        seen.url = f"http://127.0.0.1:{http.server_port}/callback"
        server.manage("create_person", "--phone", PHONE, "--password", PASSWORD)
        server.manage(
            "create_client", "--name", "Elsewhere", "--client-id", "elsewhere", "--public", "--first-party",
            "--redirect-uri", seen.url,
        )  # fmt: skip
        yield seen
        http.shutdown()


def request_of(app: App) -> str:
    return "/o/authorize/?" + urlencode(
        {
            "client_id": "elsewhere", "redirect_uri": app.url, "response_type": "code", "scope": "openid",
            "state": "st-1", "response_mode": "form_post", "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
    )  # fmt: skip


def sign_in(page: Page) -> None:
    page.fill('input[name="phone"]', PHONE)
    page.fill('input[name="password"]', PASSWORD)
    page.click('form:has(input[name="password"]) button[type="submit"]:not(.link)')


@pytest.mark.requirement("A07", "K05")
def test_the_answer_reaches_the_app_by_itself(page: Page, app: App) -> None:
    before = len(app.posted)
    page.goto(request_of(app))
    sign_in(page)
    expect(page.locator("h1")).to_have_text("Welcome to the app")
    (answer,) = app.posted[before:]
    assert answer.keys() == {"code", "state", "iss"}
    assert answer["state"] == "st-1"
    assert app.referrers[-1] == ""


@pytest.mark.requirement("A07")
def test_without_scripts_the_button_carries_it(browser: Browser, server: LiveServer, app: App) -> None:
    before = len(app.posted)
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(request_of(app))
    sign_in(page)
    assert len(app.posted) == before
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("h1")).to_have_text("Welcome to the app")
    assert len(app.posted) == before + 1
    context.close()

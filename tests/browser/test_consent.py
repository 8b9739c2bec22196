"""The consent page in a real browser: by keyboard alone, without scripts, on a narrow phone, in the dark."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.live_server import LiveServer
from tests.browser.conftest import PATIENCE, Watch

pytestmark = pytest.mark.browser

PHONE = "+97688110011"
PASSWORD = "a quiet walk by the river"
CALLBACK = "https://notes.example/callback"
EVERYTHING = "openid profile email phone address offline_access read write"
LONG_NAME = "The Extraordinarily Long Named Application of the Municipal Water Supply and Sewerage Authority"

# The ratio of each text to what is painted behind it (WCAG 2.2 §1.4.3), for texts that are not switched off.
CONTRASTS = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = (value) => value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (let here = element; here; here = here.parentElement) {
      const colour = parse(getComputedStyle(here).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("main *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest(".visually-hidden")) continue;
    const [one, two] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName} ${element.textContent.trim().slice(0, 40)} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.fixture(scope="module")
def apps(server: LiveServer) -> LiveServer:
    """A person and two apps: one known by its own address, one that any program could pretend to be."""
    server.manage("create_person", "--phone", PHONE, "--password", PASSWORD)
    server.manage(
        "create_client", "--name", "Notes", "--client-id", "notes", "--public", "--redirect-uri", CALLBACK
    )
    server.manage(
        "create_client", "--name", LONG_NAME, "--client-id", "long", "--public",
        "--redirect-uri", "com.example.long:/callback",
    )  # fmt: skip
    return server


def open_consent(page: Page, scope: str, *, client_id: str = "notes", redirect_uri: str = CALLBACK) -> None:
    """Sign in where that is asked, and stand before the consent page."""
    query = {
        "client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code", "scope": scope, "state": "s",
        "prompt": "consent", "code_challenge": "a" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    page.goto(f"/o/authorize/?{urlencode(query)}")
    if "/login/" in page.url:
        page.locator("input[name=phone]").fill(PHONE)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
    expect(page).to_have_url(re.compile(r"/o/consent/"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until that control has the focus; it must show that it has."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = "e => { const s = getComputedStyle(e); return s.outlineStyle + s.boxShadow; }"
            assert page.evaluate(f"({outline})(document.activeElement)") != "nonenone"
            return
    raise AssertionError(f"no way to {selector} by Tab")


@pytest.mark.requirement("K08", "F50")
def test_by_keyboard_alone_a_person_unticks_chooses_and_allows(
    page: Page, apps: LiveServer, watch: Watch
) -> None:
    open_consent(page, "openid email phone")
    tab_to(page, '[name=scope][value="email"]')
    page.keyboard.press("Space")
    expect(page.locator('[name=scope][value="email"]')).not_to_be_checked()
    tab_to(page, "[name=level-phone]")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[name=level-phone][value="full"]')).to_be_checked()
    tab_to(page, 'button[value="allow"]')
    # The app's address is another origin: the page's policy lets the answer through to it, and to nobody else.
    with page.expect_request(re.compile(r"^https://notes\.example/callback\?.*code=")) as sent:
        page.keyboard.press("Enter")
    assert "state=s" in sent.value.url
    assert [text for text in watch.complaints if "Content Security Policy" in text] == []


@pytest.mark.requirement("K08", "K01")
def test_enter_in_a_box_denies_rather_than_allows(page: Page, apps: LiveServer) -> None:
    open_consent(page, "openid email")
    tab_to(page, '[name=scope][value="email"]')
    with page.expect_request(re.compile(r"^https://notes\.example/callback\?")) as sent:
        page.keyboard.press("Enter")
    assert "error=access_denied" in sent.value.url
    assert "code=" not in sent.value.url


@pytest.fixture
def visitor(browser: Browser, apps: LiveServer) -> Iterator[Any]:
    """Browsers of other kinds: `visitor(viewport=…, color_scheme=…)` gives a page."""
    contexts = []

    def make(**kind: Any) -> Page:
        context = browser.new_context(base_url=apps.url, locale="en-GB", **kind)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.mark.requirement("K08", "F50")
def test_without_scripts_the_page_does_all_of_it(visitor: Any) -> None:
    page = visitor(java_script_enabled=False)
    open_consent(page, "openid phone")
    page.locator('[name=level-phone][value="full"]').check()
    with page.expect_request(re.compile(r"^https://notes\.example/callback\?.*code=")):
        page.locator('button[value="allow"]').click()


@pytest.mark.requirement("K08", "K01")
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_a_long_name_and_every_scope_fit_and_both_answers_weigh_the_same(visitor: Any, width: int) -> None:
    page = visitor(viewport={"width": width, "height": 740})
    open_consent(page, EVERYTHING, client_id="long", redirect_uri="com.example.long:/callback")
    expect(page.locator("h1")).to_contain_text(LONG_NAME)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    deny, allow = (page.locator(f'button[value="{value}"]').bounding_box() for value in ("deny", "allow"))
    assert deny is not None
    assert allow is not None
    assert (deny["width"], deny["height"]) == pytest.approx((allow["width"], allow["height"]), abs=1)
    assert allow["height"] >= 44


@pytest.mark.requirement("K08")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(visitor: Any, scheme: str) -> None:
    page = visitor(color_scheme=scheme)
    open_consent(page, EVERYTHING, client_id="long", redirect_uri="com.example.long:/callback")
    assert page.evaluate(CONTRASTS) == []
    page.evaluate("document.querySelector('[name=shown]').value = 'another page'")
    page.locator('button[value="allow"]').click()
    expect(page.locator('[role="alert"]')).to_contain_text("Choose again")
    assert page.evaluate(CONTRASTS) == []
    page.goto("/account/apps/")
    assert page.evaluate(CONTRASTS) == []

"""The operators' pages in a real browser: from the dashboard to the entries behind a figure, phone and desktop."""

import re

import pytest
from playwright.sync_api import Page, expect

from scripts.live_server import LiveServer
from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser

PHONE = "+97688110077"
PASSWORD = "a quiet walk by the river"
DASHBOARD = "/admin/dashboard/"
LOG = "/admin/obligations_app/oauthtokenlog/"
LISTS = (
    LOG,
    f"{LOG}export/",
    "/admin/obligations_app/dutyrule/",
    "/admin/messaging_app/outboundmessage/?look=yes",
)


@pytest.fixture(scope="module")
def full(server: LiveServer) -> LiveServer:
    """A server with three days of demonstration data and an operator."""
    server.manage("create_person", "--phone", PHONE, "--password", PASSWORD, "--superuser")
    server.manage("demo_data", "--days", "3", "--people", "15")
    return server


def sign_in(page: Page) -> None:
    page.goto(DASHBOARD)
    page.locator("input[name=phone]").fill(PHONE)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page).to_have_url(re.compile(DASHBOARD))


def export_the_list(page: Page) -> None:
    """From a filtered list to a file of it."""
    page.goto(f"{LOG}?event=token.issued")
    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.locator("#content")).to_contain_text("event: token.issued")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Make the file").click()
    lines = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert waiting.value.suggested_filename.endswith(".csv")
    assert len(lines) > 1
    assert all(",token.issued," in line for line in lines[1:])


@pytest.mark.requirement("F61", "K05", "K07")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_operator_goes_from_a_figure_to_its_entries_and_one_in_detail(
    page: Page, full: LiveServer, watch: Watch, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page)
    # What the sign-in page says of passkeys is not this page's.
    watch.complaints.clear()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{DASHBOARD}?range=7d")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("svg[role=group]").count() >= 3
        column = page.locator("svg[role=group] rect.s1").first.bounding_box()
        assert column is not None
        assert column["height"] > 1
    page.locator("section:has(#chart-tokens) summary").click()
    page.locator("section:has(#chart-tokens) details a").first.click()
    expect(page).to_have_url(re.compile(r"oauthtokenlog/\?event=token"))
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("#content")).to_contain_text("token.")
    export_the_list(page)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path in LISTS:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto("/admin/")
    page.get_by_role("link", name="Open the dashboard").click()
    expect(page).to_have_url(f"{full.url}{DASHBOARD}")
    assert watch.complaints == []
    assert watch.strangers == []

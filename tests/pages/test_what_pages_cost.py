"""What a page costs: statements with data present, and what a browser that has never been here has to fetch."""

import gzip
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from sessions_app.models import Device
from tests.oauth import OAuthBrowser

STATEMENTS = 10
BYTES = 60_000
APPS = 4
ASSET = re.compile(r'(?:href|src)="/static/([^"?]+)"')
IN_CSS = re.compile(r"url\(\s*[\"']?(?!data:)([^)\"']+)")
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")

FOR_STRANGERS = (
    "/", "/login/", "/login/code/", "/login/email/", "/signup/", "/signup/email/", "/password/forgot/",
    "/password/forgot/email/",
)  # fmt: skip
FOR_PEOPLE = (
    "/", "/login/", "/signup/", "/o/device/", "/account/", "/account/profile/", "/account/apps/",
    "/account/sessions/", "/account/activity/", "/account/security/", "/account/export/", "/account/close/",
    "/account/password/", "/account/email/", "/account/phone/", "/account/social/",
)  # fmt: skip

pytestmark = pytest.mark.requirement("F70")


@pytest.fixture
def busy(browser_of_somebody: OAuthBrowser, somebody: User, app: Application) -> OAuthBrowser:
    """Somebody with several apps, devices and an activity."""
    for number in range(APPS):
        callback = f"https://app{number}.example/cb"
        create_client(
            name=f"App {number}", client_id=f"app{number}", is_public=True, redirect_uris=[callback]
        )
        browser_of_somebody.code(
            client_id=f"app{number}", redirect_uri=callback, scope="openid profile phone email offline_access"
        )
        Device.objects.create(user=somebody, browser_hash=f"{number}" * 64, last_seen_at=timezone.now())
    browser_of_somebody.tokens(scope="openid profile offline_access")
    return browser_of_somebody


def ask(client: Client, address: str) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    return answer, [query["sql"] for query in captured if not query["sql"].startswith(CONTROL)]


def first_load(page: Any) -> int:
    """Bytes of the page and of what it names, compressed as it is collected: see `STORAGES`."""
    names = set(ASSET.findall(page.content.decode()))
    assert names
    total = len(page.content)
    while names:
        name = names.pop()
        path = finders.find(name)
        assert isinstance(path, str), name
        with open(path, "rb") as file:
            content = file.read()
        total += min(len(content), len(gzip.compress(content)))
        if name.endswith(".css"):
            assert not IN_CSS.findall(content.decode()), "it would have to be counted as well"
    return total


def check(client: Client, address: str) -> None:
    answer, statements = ask(client, address)
    assert answer.status_code == 200, address
    assert len(statements) <= STATEMENTS, "\n".join([address, *statements])
    assert first_load(answer) < BYTES, address


def test_pages_for_strangers(app: Application) -> None:
    for address in FOR_STRANGERS:
        check(Client(), address)


def test_pages_for_people(busy: OAuthBrowser) -> None:
    for address in FOR_PEOPLE:
        check(busy.client, address)


def test_the_consent_page(busy: OAuthBrowser) -> None:
    asked = busy.authorize(scope="openid profile email phone read write")
    assert asked["Location"].startswith("/o/consent/")
    check(busy.client, asked["Location"])


def test_more_apps_and_devices_cost_no_more_statements(busy: OAuthBrowser, somebody: User) -> None:
    pages = ("/account/", "/account/apps/", "/account/sessions/", "/account/activity/")
    before = {address: len(ask(busy.client, address)[1]) for address in pages}
    for number in range(APPS, 2 * APPS):
        callback = f"https://app{number}.example/cb"
        create_client(
            name=f"App {number}", client_id=f"app{number}", is_public=True, redirect_uris=[callback]
        )
        busy.code(client_id=f"app{number}", redirect_uri=callback, scope="openid profile")
        Device.objects.create(user=somebody, browser_hash=f"{number}" * 64, last_seen_at=timezone.now())
    for address in pages:
        ask(busy.client, address)
        # The catalogue of scopes is read once a second: two statements that any of the visits may have.
        assert len(ask(busy.client, address)[1]) <= before[address] + 2, address

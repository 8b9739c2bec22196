"""docker-compose.yml, run by hand: one person goes through server, example app and example API, over HTTP."""

import os
import re
import time
from collections.abc import Iterator

import httpx
import pytest

from scripts.compose_by_hand import URL, ByHand, composed
from scripts.walk import REDIRECTS, Walk

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(
        not (os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get("REDIS_URL")),
        reason="the compose file is about PostgreSQL and Redis",
    ),
]

PASSWORD = "a quiet walk by the river"
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def hand() -> Iterator[ByHand]:
    with composed(
        database_url=os.environ["DATABASE_URL"],
        redis_url=os.environ["REDIS_URL"],
        broker_url=os.environ.get("CELERY_BROKER_URL", ""),
    ) as running:
        yield running


@pytest.fixture
def browser(hand: ByHand) -> Walk:
    return Walk("http://localhost:9100", say=lambda line: None)


def code_sent_to(number: str) -> str:
    """The worker has to deliver it first: nothing is sent by the server itself here."""
    for _ in range(PATIENCE_SECONDS * 5):
        messages = httpx.get(f"{URL}/dev/inbox/?format=json", trust_env=False).json()["messages"]
        for message in messages:
            if message["to"].endswith(number[-2:]) and message.get("code"):
                return str(message["code"])
        time.sleep(0.2)
    raise AssertionError("the worker delivered no code")


def sign_up(browser: Walk, number: str) -> httpx.Response:
    """From the app's link to the app's page, as somebody new."""
    login = browser.follow(browser.follow(browser.get("/login", expect=REDIRECTS), expect=REDIRECTS))
    link = re.search(r'href="(/signup/[^"]*)"', login.text)
    assert link is not None
    page = browser.get(f"{URL}{link[1].replace('&amp;', '&')}", expect=200)
    page = browser.follow(browser.submit(page, {"phone": number}))
    page = browser.follow(browser.submit(page, {"code": code_sent_to(number)}))
    page = browser.follow(browser.submit(page, {"password": PASSWORD}))
    page = browser.submit(page, {"given_name": "Saruul", "family_name": "Demo"})
    for _ in range(8):
        if page.status_code in REDIRECTS:
            page = browser.follow(page, expect=(200, *REDIRECTS))
        elif 'name="decision"' in page.text:
            page = browser.submit(page, {"decision": "allow"})
    return page


def press(browser: Walk, button: str, **fields: str) -> httpx.Response:
    token = next(cookie.value for cookie in browser.http.cookies.jar if cookie.name == "client_app_csrf")
    return browser.post(button, expect=200, data={"csrfmiddlewaretoken": token or "", **fields})


@pytest.mark.requirement("F71", "F44", "F62")
def test_a_person_goes_through_all_services_and_logging_out_at_the_server_ends_the_app(browser: Walk) -> None:
    assert "Signed in as" in sign_up(browser, "+97688112244").text
    assert "Buy milk" in press(browser, "/notes", title="Buy milk").text

    page = browser.get(f"{URL}/logout/", expect=200)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    browser.submit(page, {"csrfmiddlewaretoken": token[1]})
    for _ in range(PATIENCE_SECONDS * 5):
        if "Sign in" in browser.get("/", expect=200).text:
            break
        time.sleep(0.2)
    assert "Signed in as" not in browser.get("/", expect=200).text, "the worker told the app (back-channel)"


@pytest.mark.requirement("F72")
def test_secrets_are_readable_by_the_server_alone_and_no_service_prints_them(hand: ByHand) -> None:
    made = hand.folder / "made"
    names = {file.name for file in made.iterdir()}
    assert names == {
        "secret_key",
        "master_keys",
        "database_url",
        "private.pem",
        "demo_api_secret",
        "client_app_secret",
    }
    secrets = [file.read_text().strip() for file in made.iterdir()]
    for file in made.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
    for log in hand.folder.glob("*.log"):
        printed = log.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in printed], log.name


@pytest.mark.requirement("F70")
def test_preparing_again_changes_nothing(hand: ByHand) -> None:
    hand.run_once("prepare")
    assert "client-app is there already." in hand.printed("prepare")
    hand.run_once("secrets")
    assert "made " not in hand.printed("secrets")


@pytest.mark.requirement("F71")
def test_the_page_app_is_served_with_a_policy_and_may_call_the_server(hand: ByHand) -> None:
    page = httpx.get("http://localhost:9200/", trust_env=False)
    assert "connect-src 'self' http://localhost:8000" in page.headers["Content-Security-Policy"]
    origin = {"Origin": "http://localhost:9200"}
    discovery = httpx.get(f"{URL}/.well-known/openid-configuration", headers=origin, trust_env=False)
    assert discovery.headers["Access-Control-Allow-Origin"] in {"*", "http://localhost:9200"}
    preflight = httpx.options(
        f"{URL}/o/token/", headers={**origin, "Access-Control-Request-Method": "POST"}, trust_env=False
    )
    assert preflight.headers["Access-Control-Allow-Origin"] == "http://localhost:9200"

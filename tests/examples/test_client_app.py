"""The example app walked by a browser against a real server: in, about, refresh, out, and out by the server's word."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from scripts.live_server import ROOT, LiveServer, free_port, live_server
from scripts.walk import REDIRECTS, Walk, location_of, query_of

pytestmark = [pytest.mark.services, pytest.mark.once]

PHONE, PASSWORD = "+97688112233", "seven green bicycles"
SECRET = "the example app knows this"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Signs with the server's own key, as it does when it tells apps of a log-out.
SIGN = "import json,sys;from jwt_app.signing import sign;print(sign(json.loads({claims!r}), typ={typ!r}))"


@pytest.fixture(scope="module")
def app_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def running(app_port: int) -> Iterator[LiveServer]:
    with live_server() as server:
        server.manage(
            "create_client", "--name", "Client app", "--client-id", "client-app", "--client-secret", SECRET,
            "--redirect-uri", f"http://localhost:{app_port}/callback",
            "--post-logout-redirect-uri", f"http://localhost:{app_port}/signed-out",
        )  # fmt: skip
        server.manage("create_person", "--phone", PHONE, "--password", PASSWORD)
        yield server


@pytest.fixture(scope="module")
def app_url(running: LiveServer, app_port: int) -> Iterator[str]:
    """The example, started as its README says."""
    with client_app(running.url, app_port):
        yield f"http://localhost:{app_port}"


@contextmanager
def client_app(issuer: str, port: int) -> Iterator[None]:
    environment = {
        **os.environ, "ISSUER_URL": issuer, "CLIENT_SECRET": SECRET, "CLIENT_APP_PORT": str(port), "NO_PROXY": "*",
    }  # fmt: skip
    # Neither the project's nor the tests' settings: the app is configured by itself.
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-u", "examples/client_app/client_app.py"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert f":{port}" in process.stdout.readline()
            yield
        finally:
            process.terminate()


@pytest.fixture
def browser(app_url: str) -> Walk:
    return Walk(app_url, say=lambda line: None)


def sign_in(browser: Walk) -> httpx.Response:
    """From the app's link to the app's page, through log-in and consent where they are asked."""
    page = browser.follow(browser.get("/login", expect=302), expect=(200, *REDIRECTS))
    for _ in range(12):
        if page.status_code in REDIRECTS:
            page = browser.follow(page, expect=(200, *REDIRECTS))
        elif 'name="password"' in page.text:
            page = browser.submit(page, {"phone": PHONE, "password": PASSWORD})
        elif 'name="decision"' in page.text:
            page = browser.submit(page, {"decision": "allow"})
        else:
            return page
    raise AssertionError("the way back to the app does not end")


def press(browser: Walk, button: str, *, expect: int = 302) -> httpx.Response:
    """One of the buttons of the app's page."""
    token = next(cookie.value for cookie in browser.http.cookies.jar if cookie.name == "client_app_csrf")
    return browser.post(button, expect=expect, data={"csrfmiddlewaretoken": token})


def is_signed_in(browser: Walk) -> bool:
    return "Signed in as" in browser.get("/", expect=200).text


def logout_token(server: LiveServer, typ: str = "logout+jwt", **changes: Any) -> str:
    """A logout token that really comes from the server."""
    now = int(time.time())
    claims = {
        "iss": server.url, "aud": "client-app", "iat": now, "exp": now + 120, "jti": f"j-{time.monotonic_ns()}",
        "events": {EVENT: {}}, **changes,
    }  # fmt: skip
    return server.manage("shell", "-v", "0", "-c", SIGN.format(claims=json.dumps(claims), typ=typ)).strip()


def tell(browser: Walk, token: str) -> int:
    """Post a logout token as the server does: no cookies, no CSRF token."""
    url = browser.http.base_url.join("/backchannel-logout")
    return httpx.post(url, data={"logout_token": token}, trust_env=False, timeout=120).status_code


def sid_of(server: LiveServer) -> str:
    """The newest session of the server."""
    code = "from sessions_app.models import SsoSession; print(SsoSession.objects.order_by('created_at').last().sid)"
    return server.manage("shell", "-v", "0", "-c", code).strip()


@pytest.mark.requirement("F71")
def test_a_person_signs_in_is_told_about_refreshes_and_signs_out(browser: Walk) -> None:
    page = sign_in(browser)
    assert page.status_code == 200
    assert "Signed in as" in page.text
    about = press(browser, "/userinfo", expect=200)
    assert "<dt>sub</dt>" in about.text
    assert "access_token" not in about.text
    for _ in range(2):
        press(browser, "/refresh")
        assert is_signed_in(browser)
    assert "<dt>sub</dt>" in press(browser, "/userinfo", expect=200).text

    there = press(browser, "/logout")
    assert not is_signed_in(browser)
    back = browser.follow(there, expect=REDIRECTS)
    assert "You are signed out here and there." in browser.follow(back).text
    # At the server, too: signing in anew asks for the password again.
    asked = browser.follow(browser.get("/login", expect=302), expect=REDIRECTS)
    assert "/login/" in location_of(asked)


@pytest.mark.requirement("F71")
def test_the_server_ends_the_apps_session(browser: Walk, running: LiveServer) -> None:
    sign_in(browser)
    sid = sid_of(running)
    for wrong in (
        "x.y.z",
        logout_token(running, sid=sid, aud="demo"),
        logout_token(running, sid=sid, nonce="n"),
        logout_token(running, sid=sid, events={}),
        logout_token(running, sid=sid, iat=int(time.time()) - 3600),
        logout_token(running, sid=sid, typ="JWT"),
        logout_token(running),
    ):
        assert tell(browser, wrong) == 400
        assert is_signed_in(browser)
    assert tell(browser, logout_token(running, sid="another-session")) == 200
    assert is_signed_in(browser)
    right = logout_token(running, sid=sid)
    assert tell(browser, right) == 200
    assert not is_signed_in(browser)
    assert tell(browser, right) == 400


@pytest.mark.requirement("F71")
def test_an_answer_that_was_not_asked_for_signs_nobody_in(browser: Walk, running: LiveServer) -> None:
    asked = query_of(location_of(browser.get("/login", expect=302)))
    assert asked["code_challenge_method"] == "S256"
    assert asked["nonce"]
    for answer in (
        {"code": "x", "state": asked["state"]},
        {"code": "x", "state": asked["state"], "iss": "https://other.example"},
        {"code": "x", "state": "made-up", "iss": running.url},
        {"code": "x", "state": asked["state"], "iss": running.url},
        {"error": "access_denied", "state": asked["state"], "iss": running.url},
    ):
        page = browser.get("/callback", expect=400, params=answer)
        assert "Signed in as" not in page.text
        assert 'role="alert"' in page.text
    assert not is_signed_in(browser)


@pytest.mark.requirement("F71")
def test_a_logout_token_that_cannot_be_checked_now_is_welcome_later() -> None:
    port = free_port()
    with client_app(f"http://127.0.0.1:{free_port()}", port):
        assert tell(Walk(f"http://localhost:{port}"), "x.y.z") == 503

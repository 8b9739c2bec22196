"""What the demonstration does not believe, and how it says so."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from django.http import HttpResponse

from accounts_app.models import User
from demo_app import server as line
from tests.demo.conftest import walk
from tests.oauth import PASSWORD, PHONE, OAuthBrowser
from tests.ui.page import assert_is_sound, read

ISSUER = "http://testserver"


def begin(browser: OAuthBrowser) -> str:
    """Start an attempt; its state."""
    return parse_qs(urlsplit(browser.client.get("/demo/sign-in/")["Location"]).query)["state"][0]


def come_back(browser: OAuthBrowser, **parameters: str) -> HttpResponse:
    answer = browser.client.get(f"/demo/callback/?{urlencode(parameters)}")
    assert_is_sound(read(answer))
    assert answer.cookies.get("demo") is None
    return HttpResponse(answer.content, status=answer.status_code)


@pytest.mark.requirement("J03")
def test_an_answer_to_no_attempt_of_this_browser_is_refused(demo: OAuthBrowser) -> None:
    answer = come_back(demo, code="abc", state="guess", iss=ISSUER)
    assert answer.status_code == 400
    assert b"(state)" in answer.content


@pytest.mark.requirement("J03")
def test_another_state_is_refused(demo: OAuthBrowser) -> None:
    begin(demo)
    assert b"(state)" in come_back(demo, code="abc", state="guess", iss=ISSUER).content


@pytest.mark.requirement("J03")
@pytest.mark.parametrize("issuer", ["", "https://elsewhere.example", ISSUER + "/"])
def test_an_answer_of_another_issuer_is_refused(demo: OAuthBrowser, issuer: str) -> None:
    answer = come_back(demo, code="abc", state=begin(demo), iss=issuer)
    assert answer.status_code == 400
    assert b"(iss)" in answer.content


@pytest.mark.requirement("J03")
def test_an_attempt_is_used_once(demo: OAuthBrowser) -> None:
    state = begin(demo)
    come_back(demo, code="abc", state=state, iss=ISSUER)
    assert b"(state)" in come_back(demo, code="abc", state=state, iss=ISSUER).content


def test_a_code_the_server_does_not_know_is_shown_as_the_servers_error(demo: OAuthBrowser) -> None:
    answer = come_back(demo, code="abc", state=begin(demo), iss=ISSUER)
    assert answer.status_code == 400
    assert b"invalid_grant" in answer.content


def test_saying_no_is_an_ordinary_end(demo: OAuthBrowser, somebody: User) -> None:
    demo.sign_in(PHONE, PASSWORD)
    path = walk(demo, demo.client.get("/demo/sign-in/")["Location"], decision="deny")
    assert parse_qs(urlsplit(path).query)["error"] == ["access_denied"]
    assert "demo" not in demo.client.cookies


@pytest.mark.requirement("K06")
def test_an_error_text_is_not_markup(demo: OAuthBrowser) -> None:
    answer = come_back(
        demo, error="server_error", error_description="<img src=x>", state=begin(demo), iss=ISSUER
    )
    assert b"<img src=x>" not in answer.content
    assert b"&lt;img src=x&gt;" in answer.content


def test_a_server_that_is_away_is_said_in_words(demo: OAuthBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    monkeypatch.setattr(line, "connect", lambda: httpx.Client(transport=httpx.MockTransport(refuse)))
    answer = demo.client.get("/demo/sign-in/")
    assert answer.status_code == 502
    assert "connection refused" in answer.content.decode()

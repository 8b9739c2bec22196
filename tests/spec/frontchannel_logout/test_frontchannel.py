"""Front-channel logout: the signed-out page loads the apps' frames, and its policy lets in these and no others."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("feature:F13")
BYE = "https://notes.example/bye"


def test_oidcc_frontchannel_logout_discovery_endpoint_verification(client: Client, server: None) -> None:
    document = client.get("/.well-known/openid-configuration").json()
    assert document["frontchannel_logout_supported"] is True
    assert document["frontchannel_logout_session_supported"] is True


def test_oidcc_frontchannel_rp_initiated_logout(
    browser_of_somebody: OAuthBrowser, framed_app: Application
) -> None:
    hint = browser_of_somebody.tokens()["id_token"]
    sid = browser_of_somebody.client.session["sid"]
    page = browser_of_somebody.client.get(
        "/o/logout/", {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "a&b"}
    )
    assert page.status_code == 200
    assert_is_sound(read(page))
    text = page.content.decode()
    assert 'content="5;url=https://notes.example/bye?state=a%26b"' in text
    assert 'href="https://notes.example/bye?state=a%26b"' in text
    start = text.index('src="https://notes.example/frontchannel') + len('src="')
    frame = urlsplit(text[start : text.index('"', start)].replace("&amp;", "&"))
    assert parse_qs(frame.query) == {"keep": ["1"], "iss": ["http://testserver"], "sid": [sid]}
    assert "frame-src 'self' https://notes.example" in page["Content-Security-Policy"]


def test_every_way_of_signing_out_here_reaches_the_apps(
    browser_of_somebody: OAuthBrowser, framed_app: Application
) -> None:
    browser_of_somebody.tokens()
    answer = browser_of_somebody.client.post("/logout/")
    page = browser_of_somebody.client.get(answer["Location"])
    assert "https://notes.example/frontchannel" in page.content.decode()
    assert "frame-src 'self' https://notes.example" in page["Content-Security-Policy"]


def test_without_apps_to_tell_the_page_frames_nothing(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    hint = browser_of_somebody.tokens()["id_token"]
    page = browser_of_somebody.client.get("/o/logout/", {"id_token_hint": hint})
    assert "<iframe" not in page.content.decode()
    assert "frame-src" not in page["Content-Security-Policy"]


def test_a_made_up_session_shows_nothing(client: Client, framed_app: Application) -> None:
    for text in ("", "x", "11111111-1111-4111-8111-111111111111:x:y"):
        page = client.get("/o/signed-out/", {"session": text})
        assert page.status_code == 200
        assert "<iframe" not in page.content.decode()


def test_plain_http_is_framed_in_development_only(
    browser_of_somebody: OAuthBrowser, framed_app: Application, settings: Settings
) -> None:
    framed_app.frontchannel_logout_uri = "http://notes.example/out"
    framed_app.save()
    settings.DEBUG = False
    browser_of_somebody.tokens()
    answer = browser_of_somebody.client.post("/logout/")
    assert "<iframe" not in browser_of_somebody.client.get(answer["Location"]).content.decode()

"""The demonstration from its first page to its tokens, and what each button shows."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings

from tests.demo.conftest import walk
from tests.oauth import PHONE, OAuthBrowser, challenge_of
from tests.ui.page import assert_is_sound, read


def press(browser: OAuthBrowser, button: str) -> str:
    """Press a button of the page; the page that follows."""
    answer = browser.client.post(f"/demo/{button}/")
    assert answer.status_code == 303
    return str(browser.client.get(answer["Location"]).content.decode())


def claim(html: str, name: str) -> str:
    found = re.search(rf'data-claim="{name}">\s*([^<]*?)\s*<', html)
    assert found, name
    return found.group(1)


@pytest.mark.requirement("feature:F01", "F30")
def test_the_first_page_offers_both_ways_in(demo: OAuthBrowser) -> None:
    page = read(demo.client.get("/demo/"))
    assert_is_sound(page)
    assert {"/demo/sign-in/", "/demo/sign-in/?prompt=create"} <= {link["href"] for link in page.all("a")}


@pytest.mark.requirement("J03")
def test_the_request_carries_state_nonce_and_an_s256_challenge_of_a_secret_it_keeps(
    demo: OAuthBrowser,
) -> None:
    answer = demo.client.get("/demo/sign-in/?prompt=create")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
    kept = answer.cookies["demo_attempt"]
    state, nonce, verifier = kept.value.split(":")[0].split("|")
    assert (asked["state"], asked["nonce"]) == (state, nonce)
    assert asked["code_challenge"] == challenge_of(verifier)
    assert asked["code_challenge_method"] == "S256"
    assert asked["prompt"] == "create"
    assert verifier not in answer["Location"]
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"


@pytest.mark.requirement("feature:F01", "feature:F02", "feature:F06")
def test_after_consent_the_tokens_are_laid_open(signed_in: OAuthBrowser) -> None:
    answer = signed_in.client.get("/demo/")
    html = answer.content.decode()
    assert_is_sound(read(answer))
    assert claim(html, "typ") == "at+jwt"
    assert claim(html, "client_id") == "demo"
    assert claim(html, "iss") == "http://testserver"
    assert PHONE not in html  # the level that is chosen by itself masks it


def test_the_browser_holds_a_name_of_the_tokens_and_not_the_tokens(signed_in: OAuthBrowser) -> None:
    cookie = signed_in.client.cookies["demo"]
    assert cookie["httponly"]
    assert not any("eyJ" in morsel.value for morsel in signed_in.client.cookies.values())
    assert "demo" not in signed_in.client.session
    assert signed_in.client.cookies["demo_attempt"].value == ""


@pytest.mark.requirement("feature:F03")
def test_refresh_shows_another_access_token(signed_in: OAuthBrowser) -> None:
    before = claim(signed_in.client.get("/demo/").content.decode(), "jti")
    assert claim(press(signed_in, "refresh"), "jti") != before


@pytest.mark.requirement("feature:F05")
def test_a_token_is_active_until_it_is_given_back(signed_in: OAuthBrowser) -> None:
    assert "&quot;active&quot;: true" in press(signed_in, "introspect")
    assert "/o/revoke_token/" in press(signed_in, "revoke")
    assert "&quot;active&quot;: false" in press(signed_in, "introspect")
    assert "invalid_grant" in press(signed_in, "refresh")
    assert "401" in press(signed_in, "userinfo")


@pytest.mark.requirement("feature:F06")
def test_userinfo_shows_who_signed_in(signed_in: OAuthBrowser) -> None:
    html = press(signed_in, "userinfo")
    assert "/o/userinfo/" in html
    assert "Oyun" in html


def test_introspection_without_a_secret_says_what_to_do(
    signed_in: OAuthBrowser, settings: LazySettings
) -> None:
    settings.DEMO_API_SECRET = ""
    assert "DEMO_API_SECRET is not set" in press(signed_in, "introspect")


@pytest.mark.requirement("feature:F13", "I05")
def test_log_out_ends_both_the_tokens_here_and_the_session_there(signed_in: OAuthBrowser) -> None:
    answer = signed_in.client.post("/demo/sign-out/")
    assert answer.status_code == 303
    assert walk(signed_in, answer["Location"]) == "/demo/?state=signed-out"
    assert signed_in.client.cookies["demo"].value == ""
    assert b"access_token" not in signed_in.client.get("/demo/").content
    assert signed_in.client.get("/demo/sign-in/").status_code == 302
    assert "/login/" in walk(signed_in, signed_in.client.get("/demo/sign-in/")["Location"])


@pytest.mark.parametrize("button", ["refresh", "introspect", "userinfo", "revoke", "sign-out"])
def test_buttons_need_a_post_and_do_nothing_without_tokens(demo: OAuthBrowser, button: str) -> None:
    assert demo.client.get(f"/demo/{button}/").status_code == 405
    answer = demo.client.post(f"/demo/{button}/")
    assert (answer.status_code, answer["Location"]) == (303, "/demo/")


def test_begun_under_another_name_of_this_machine_it_moves_to_the_issuers(demo: OAuthBrowser) -> None:
    answer = demo.client.get("/demo/", headers={"host": "127.0.0.1"})
    assert answer["Location"] == "http://testserver/demo/"

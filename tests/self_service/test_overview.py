"""The first page of my account, and what all its pages keep to."""

from urllib.parse import parse_qs, urlsplit

import pytest

from accounts_app.models import User
from tests.oauth import PASSWORD, PHONE, OAuthBrowser
from tests.self_service.conftest import OTHER_PHONE
from tests.ui.page import assert_is_sound, read

ACCOUNT = "/account/"
PAGES = [ACCOUNT, "/account/apps/", "/account/sessions/"]
ACTIONS = [
    "/account/apps/0193b7a2-7a10-7cc4-9d2b-2f6f0a6d1c55/disconnect/",
    "/account/sessions/0193b7a2-7a10-7cc4-9d2b-2f6f0a6d1c55/end/",
    "/account/sessions/end-others/",
]


def page_text(browser: OAuthBrowser) -> str:
    return " ".join(browser.client.get(ACCOUNT).content.decode().split())


def test_the_overview_says_who_is_signed_in_and_counts(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, app: object
) -> None:
    browser_of_somebody.tokens()
    text = page_text(browser_of_somebody)
    assert "Oyun Bat" in text
    assert "+976 ••••••" in text
    assert "oyun@example.com" in text
    assert "1 app can use your account." in text
    assert "You are signed in on 2 devices." in text
    assert PHONE not in text
    assert PHONE.removeprefix("+976") not in text


def test_somebody_without_name_address_or_apps_gets_a_page_too(browser_of_another: OAuthBrowser) -> None:
    text = page_text(browser_of_another)
    assert "+976 ••••••" in text
    assert "No app can use your account." in text
    assert "You are signed in on 1 device: this one." in text
    assert OTHER_PHONE.removeprefix("+976") not in text


def test_the_pages_lead_to_each_other_and_out(browser_of_somebody: OAuthBrowser) -> None:
    for path in PAGES:
        page = read(browser_of_somebody.client.get(path))
        links = {link["href"] for link in page.all("a")}
        assert {*PAGES, "/logout/"} <= links
        assert [link["href"] for link in page.all("a") if "aria-current" in link] == [path]


@pytest.mark.requirement("F30", "K05", "K08")
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound_and_kept_by_no_cache(browser_of_somebody: OAuthBrowser, path: str) -> None:
    answer = browser_of_somebody.client.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert_is_sound(read(answer))
    assert browser_of_somebody.client.post(path).status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_signs_in_first_and_comes_back(somebody: User, stranger: OAuthBrowser, path: str) -> None:
    answer = stranger.client.get(path)
    assert answer.status_code == 303
    assert "no-store" in answer["Cache-Control"]
    assert urlsplit(answer["Location"]).path == "/login/"
    assert parse_qs(urlsplit(answer["Location"]).query) == {"next": [path]}
    signed_in = stranger.client.post(answer["Location"], {"phone": PHONE, "password": PASSWORD})
    assert (signed_in.status_code, signed_in["Location"]) == (303, path)
    assert stranger.client.get(path).status_code == 200


@pytest.mark.parametrize("path", ACTIONS)
def test_what_a_stranger_posts_does_nothing_and_leads_to_the_overview(
    server: None, stranger: OAuthBrowser, path: str
) -> None:
    answer = stranger.client.post(path)
    assert (answer.status_code, answer["Location"]) == (303, "/login/?next=%2Faccount%2F")

"""The pages are sound: a language, a heading, labels, no inline code, nothing from elsewhere."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts_app.models import User
from tests.email_auth import pages
from tests.email_auth.pages import CHANGE, CHANGE_PASSWORD, EMAIL, LOGIN, OTHER_EMAIL, RESET, SIGNUP, post
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("F30", "K05", "K07", "K08")


@pytest.mark.parametrize("path", [SIGNUP, LOGIN, RESET, f"{SIGNUP}link/x/"])
def test_for_a_stranger(browser: Client, transactional_db: None, path: str) -> None:
    assert_is_sound(read(browser.get(path)))


def test_on_the_ways_of_a_stranger(browser: Client, new_browser: Callable[[], Client], person: User) -> None:
    for way in (SIGNUP, RESET):
        pages.ask(browser, way)
        assert_is_sound(read(browser.get(f"{way}verify/")))
        assert_is_sound(read(post(browser, f"{way}verify/", {"code": "1"})))
        assert_is_sound(read(browser.get(pages.last_link())))
        if way == SIGNUP:
            assert_is_sound(read(new_browser().get(pages.last_link())))
        next_page = post(browser, pages.last_link())["Location"]
        assert_is_sound(read(browser.get(next_page)))
        assert_is_sound(read(post(browser, next_page, {"password": "short"})))


def test_for_somebody_signed_in(browser: Client, new_browser: Callable[[], Client], person: User) -> None:
    pages.sign_in(browser)
    for path in (CHANGE, CHANGE_PASSWORD, LOGIN, SIGNUP):
        assert_is_sound(read(browser.get(path)))
    assert_is_sound(read(post(browser, CHANGE, {"email": "x"})))
    assert_is_sound(read(post(browser, CHANGE_PASSWORD, {})))
    pages.ask(browser, CHANGE, OTHER_EMAIL)
    assert_is_sound(read(browser.get(f"{CHANGE}verify/")))
    assert_is_sound(read(browser.get(pages.last_link(OTHER_EMAIL))))
    post(browser, pages.last_link(OTHER_EMAIL))
    (notice,) = [text for text in pages.letters_to(EMAIL) if "/undo/" in text]
    undo = next(pages.path_of(url) for url in notice.split() if "/undo/" in url)
    stranger = new_browser()
    assert_is_sound(read(stranger.get(undo)))
    assert_is_sound(read(post(stranger, undo)))
    assert_is_sound(read(post(stranger, undo)))


def test_a_new_account_page_asks_for_password_and_name(browser: Client, transactional_db: None) -> None:
    pages.prove(browser, SIGNUP)
    assert_is_sound(read(browser.get(pages.CHOOSE_PASSWORD)))

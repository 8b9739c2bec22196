"""Every page: a language, a heading, labels, no inline code, nothing from elsewhere."""

import pytest
from django.test import Client

from tests.oauth import OAuthBrowser
from tests.ui.page import assert_is_sound, read

PAGES = ["/", "/login/", "/signup/", "/logout/", "/o/authorize/?client_id=nobody", "/o/logout/", "/nothing/"]


@pytest.mark.requirement("F30", "K05", "K07", "K08")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound_for_a_stranger(server: None, path: str) -> None:
    assert_is_sound(read(Client().get(path, follow=True)))


@pytest.mark.requirement("F30", "K08")
@pytest.mark.parametrize("path", ["/", "/login/", "/signup/", "/logout/", "/o/logout/", "/admin/"])
def test_a_page_is_sound_for_somebody_signed_in(browser_of_somebody: OAuthBrowser, path: str) -> None:
    assert_is_sound(read(browser_of_somebody.client.get(path, follow=True)))


@pytest.mark.requirement("F30", "K08")
def test_a_form_that_was_filled_in_wrongly_is_sound_too(server: None) -> None:
    page = read(Client().post("/signup/", {"phone": "12"}))
    assert_is_sound(page)
    phone = next(field for field in page.all("input") if field.get("name") == "phone")
    assert phone["aria-invalid"] == "true"
    assert phone["aria-describedby"]


@pytest.mark.requirement("F30")
@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("mn", "ltr"), ("fa", "rtl"), ("uk", "ltr")]
)
def test_the_language_chosen_in_the_footer_sets_language_and_direction(
    server: None, language: str, direction: str
) -> None:
    browser = Client()
    answer = browser.post("/i18n/setlang/", {"language": language, "next": "/"}, follow=True)
    html = read(answer).all("html")[0]
    assert (html["lang"], html["dir"]) == (language, direction)
    chosen = [button["value"] for button in read(answer).all("button") if "aria-current" in button]
    assert chosen == [language]


@pytest.mark.requirement("F30", "K08")
def test_the_first_link_skips_to_the_content(server: None) -> None:
    page = read(Client().get("/"))
    assert page.all("a")[0]["href"] == "#main"
    assert "main" in page.ids()


@pytest.mark.requirement("K05")
def test_pages_let_browsers_name_their_own_origin_and_nothing_to_others(server: None) -> None:
    policies = [
        meta["content"] for meta in read(Client().get("/")).all("meta") if meta.get("name") == "referrer"
    ]
    assert policies == ["same-origin"]


def test_the_start_page_leads_a_stranger_in(server: None) -> None:
    links = {link["href"] for link in read(Client().get("/")).all("a")}
    assert {"/signup/", "/login/", "/admin/", "/.well-known/openid-configuration"} <= links
    assert "/logout/" not in links


def test_the_start_page_knows_who_is_signed_in(browser_of_somebody: OAuthBrowser) -> None:
    page = read(browser_of_somebody.client.get("/"))
    links = {link["href"] for link in page.all("a")}
    assert "Oyun Bat" in page.html
    assert "/logout/" in links
    assert not {"/signup/", "/login/"} & links


def test_without_the_demonstration_the_start_page_does_not_mention_it(server: None) -> None:
    links = {link["href"] for link in read(Client().get("/")).all("a")}
    assert not {"/demo/", "/dev/inbox/"} & links

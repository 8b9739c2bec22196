"""What people see: sound pages without scripts, that say where they lead."""

from typing import Any

import pytest

from accounts_app.models import User
from social_login_app.models import SocialIdentity
from tests.social.conftest import CLICK, Browser, SetProviders, of_issuer
from tests.social.fake_issuer import FakeIssuer
from tests.ui.page import assert_is_sound, read

pytestmark = [pytest.mark.requirement("F27", "K05")]


def assert_page(answer: Any, status: int = 200) -> None:
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]
    assert_is_sound(read(answer))


@pytest.mark.parametrize("path", ["/login/", "/signup/"])
def test_the_ways_in_are_on_the_pages_to_sign_in_and_up(
    acme: FakeIssuer, browser: Browser, path: str
) -> None:
    answer = browser.client.get(path, {"next": "/account/"})
    links = {link["href"] for link in read(answer).all("a")}
    assert "/login/social/acme/?next=%2Faccount%2F" in links
    assert "Continue with Acme" in answer.content.decode()


@pytest.mark.parametrize("language", ["mn", "fa"])
def test_pages_stand_in_other_languages(acme: FakeIssuer, browser: Browser, language: str) -> None:
    answer = browser.client.get("/login/social/acme/", headers={"Accept-Language": language})
    assert f'lang="{language}"' in answer.content.decode()
    assert_page(answer)


def test_a_label_is_text_and_not_markup(
    issuer: FakeIssuer, set_providers: SetProviders, server: None, browser: Browser
) -> None:
    set_providers(of_issuer(issuer, label="<b>Acme</b> {0}"))
    for path in ("/login/", "/login/social/acme/"):
        text = browser.client.get(path).content.decode()
        assert "<b>Acme" not in text
        assert "&lt;b&gt;Acme" in text


def test_every_page_is_sound_and_kept_by_no_cache(acme: FakeIssuer, owner: User, browser: Browser) -> None:
    acme.people["a1"] = {"email": "<i>x</i>@example.com", "name": "<i>"}
    assert_page(browser.client.get("/login/social/acme/"))
    assert_page(browser.come_back("acme", {"state": "x", "code": "y"}), 400)
    browser.sign_in_by_password()
    assert_page(browser.client.get("/account/social/"))
    browser.connect("acme", acme, "a1")
    answer = browser.client.get("/account/social/")
    assert_page(answer)
    assert "<i>" not in answer.content.decode()
    url = f"/account/social/{SocialIdentity.objects.get().pk}/disconnect/"
    assert_page(browser.client.get(url))


def test_my_account_leads_to_the_list_where_there_is_something_to_connect(
    acme: FakeIssuer, owner: User, browser: Browser, set_providers: SetProviders
) -> None:
    browser.sign_in_by_password()
    assert "/account/social/" in browser.client.get("/account/").content.decode()
    set_providers()
    assert "/account/social/" not in browser.client.get("/account/").content.decode()


def test_the_answer_does_not_stand_on_the_page_that_refuses_it(acme: FakeIssuer, browser: Browser) -> None:
    answer = acme.approve(browser.leave("acme"), "a1", iss="https://evil.example")
    text = browser.come_back("acme", answer).content.decode()
    assert answer["code"] not in text
    assert answer["state"] not in text


def test_operators_see_identities_and_change_none(acme: FakeIssuer, owner: User, browser: Browser) -> None:
    browser.sign_in_by_password()
    browser.connect("acme", acme, "a1")
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    answer = browser.client.get("/admin/social_login_app/socialidentity/")
    assert answer.status_code in {200, 302, 303}
    identity = SocialIdentity.objects.get()
    browser.client.post(f"/admin/social_login_app/socialidentity/{identity.pk}/delete/", {"post": "yes"})
    assert browser.client.get("/login/social/acme/", headers=CLICK).status_code == 303
    assert SocialIdentity.objects.count() == 1

"""Signing out of this browser."""

import pytest
from django.test import Client

from accounts_app.models import User
from sessions_app.models import SsoSession
from tests.phone_auth import pages


@pytest.mark.requirement("I05")
def test_a_link_does_not_sign_out_but_asks(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    page = browser.get(pages.LOGOUT)
    assert "Sign out?" in page.content.decode()
    assert pages.is_signed_in(browser)


@pytest.mark.requirement("F41")
def test_signing_out_ends_the_session(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    response = pages.post(browser, pages.LOGOUT)
    assert response.status_code == 303
    assert response["Location"].startswith(pages.SIGNED_OUT)
    for url in (response["Location"], pages.LOGOUT):
        assert "You are signed out" in browser.get(url).content.decode()
    session = SsoSession.objects.get()
    assert session.ended_at is not None
    assert session.end_reason == SsoSession.EndReason.LOGOUT


@pytest.mark.requirement("I06")
def test_signing_out_twice_or_without_cookies_is_fine(browser: Client, person: User) -> None:
    pages.sign_in(browser)
    pages.post(browser, pages.LOGOUT)
    browser.cookies.clear()
    for _again in range(2):
        assert pages.post(browser, pages.LOGOUT)["Location"] == pages.SIGNED_OUT


@pytest.mark.requirement("I08")
def test_another_site_can_neither_sign_in_nor_out_nor_up(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    for url in (pages.LOGIN, pages.LOGOUT, pages.SIGNUP, pages.VERIFY, pages.RESEND, pages.CHOOSE_PASSWORD):
        assert pages.post(browser, url, {"phone": pages.PHONE}).status_code == 403

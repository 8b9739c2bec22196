"""A provider that is disabled and a person who is shut out are refused on every path (J05)."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts_app.models import User
from accounts_app.services import deactivate, reactivate
from tests.social.conftest import ADDRESS, CLICK, Browser, SetProviders, of_issuer
from tests.social.fake_issuer import FakeIssuer

NewBrowser = Callable[[], Browser]
APP_URI = "com.example.notes:/signed-in"
pytestmark = [pytest.mark.requirement("F27", "J05")]


def begin(browser: Browser, issuer: FakeIssuer) -> tuple[str, dict[str, str]]:
    """An app's sign-in up to the provider's answer."""
    data = {"redirect_uri": APP_URI}
    started = browser.client.post(
        "/api/auth/social/acme/start/", data, content_type="application/json"
    ).json()
    answer = issuer.approve(started["authorization_url"], "a1")
    return started["session_id"], answer


def finish(browser: Browser, session_id: str, answer: dict[str, str]) -> Any:
    return browser.client.post(
        "/api/auth/social/acme/finish/", {"session_id": session_id, **answer}, content_type="application/json"
    )


def test_a_disabled_provider_does_not_exist_on_any_path(
    issuer: FakeIssuer, set_providers: SetProviders, owner: User, new_browser: NewBrowser
) -> None:
    on = of_issuer(issuer, app_redirect_uris=[APP_URI])
    set_providers(on)
    browser, app = new_browser(), new_browser()
    browser.sign_in_by_password()
    assert browser.connect("acme", issuer, "a1").status_code == 303
    under_way = issuer.approve(browser.leave("acme"), "a1")
    linking = browser.client.get("/account/social/acme/connect/", headers=CLICK)["Location"]
    session_id, app_answer = begin(app, issuer)

    set_providers({**on, "enabled": False})
    asked = len(issuer.asked)
    assert browser.client.get("/login/social/acme/", headers=CLICK).status_code == 404
    assert browser.come_back("acme", under_way).status_code == 404
    assert browser.come_back("acme", issuer.approve(linking, "b2")).status_code == 404
    assert browser.client.get("/account/social/acme/connect/", headers=CLICK).status_code == 404
    assert finish(app, session_id, app_answer).status_code == 404
    start = app.client.post(
        "/api/auth/social/acme/start/", {"redirect_uri": APP_URI}, content_type="application/json"
    )
    assert (start.status_code, start.json()["code"]) == (404, "not_found")
    assert app.client.get("/api/auth/social/").json() == []
    assert "/login/social/" not in new_browser().client.get("/login/").content.decode()
    assert "/login/social/" not in new_browser().client.get("/signup/").content.decode()
    assert len(issuer.asked) == asked
    assert owner.social_identities.count() == 1


def test_an_unknown_provider_does_not_exist_either(acme: FakeIssuer, browser: Browser) -> None:
    for path in ("/login/social/other/", "/login/social/other/callback/?state=x", "/login/social/../"):
        assert browser.client.get(path, headers=CLICK).status_code == 404


@pytest.mark.requirement("I04")
def test_a_person_who_is_shut_out_is_refused_on_every_path_and_gets_no_second_account(
    issuer: FakeIssuer, set_providers: SetProviders, owner: User, new_browser: NewBrowser
) -> None:
    set_providers(of_issuer(issuer, app_redirect_uris=[APP_URI]))
    issuer.people |= {"a1": {"email": ADDRESS, "email_verified": True}}
    known = new_browser()
    known.sign_in("acme", issuer, "a1")
    assert known.person() == owner
    deactivate(user=owner)
    assert known.person() is None
    assert known.client.get("/account/")["Location"].startswith("/login/")

    answer = new_browser().sign_in("acme", issuer, "a1")
    assert answer.status_code == 403
    app = new_browser()
    refused = finish(app, *begin(app, issuer))
    assert (refused.status_code, refused.json()["code"]) == (403, "account_refused")
    assert User.objects.count() == 1

    reactivate(user=owner)
    assert new_browser().sign_in("acme", issuer, "a1").status_code == 303


def test_an_address_of_somebody_who_is_shut_out_makes_no_second_account(
    acme: FakeIssuer, owner: User, browser: Browser
) -> None:
    deactivate(user=owner)
    acme.people["a1"] = {"email": ADDRESS, "email_verified": True}
    assert browser.sign_in("acme", acme, "a1").status_code == 403
    assert User.objects.count() == 1
    assert not owner.social_identities.exists()

"""The operators' pages: the same doors as everybody's for signing out and passwords, forms that say what is meant."""

import pytest
from django.test import Client

from sessions_app.models import SsoSession
from tests.operators import sign_in_operator


@pytest.mark.requirement("H08", "L04")
def test_signing_out_of_the_administration_ends_the_session_itself(server: None) -> None:
    browser = sign_in_operator(Client())
    assert browser.get("/admin/logout/").status_code == 200
    assert SsoSession.objects.get().ended_at is None
    answer = browser.post("/admin/logout/")
    assert answer.status_code == 303
    assert answer["Location"].startswith("/o/signed-out/")
    assert SsoSession.objects.get().ended_at is not None
    assert browser.get("/admin/").status_code == 302


@pytest.mark.requirement("L04")
def test_the_administration_has_no_password_form_of_its_own(server: None) -> None:
    browser = sign_in_operator(Client())
    for answer in (browser.get("/admin/password_change/"), browser.post("/admin/password_change/")):
        assert (answer.status_code, answer["Location"]) == (302, "/password/forgot/")


@pytest.mark.requirement("L01")
def test_an_empty_lifetime_shows_the_unit_of_the_servers_default(server: None) -> None:
    page = sign_in_operator(Client()).get("/admin/custom_scopes_and_policies_app/application/add/?kind=web")
    assert page.status_code == 200
    html = " ".join(page.content.decode().split())
    unit = html.split('name="access_token_lifetime_1"')[1].split("</select>")[0]
    assert '<option value="60" selected>' in unit
    assert "History" not in html

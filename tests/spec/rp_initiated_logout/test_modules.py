"""RP-initiated logout: one test for each module of the conformance suite's plan, named after it."""

from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.models import Application
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser
from tests.spec.tokens import signed_by_somebody_else, unsigned

LOGOUT = "/o/logout/"
BYE = "https://notes.example/bye"

pytestmark = [pytest.mark.requirement("I05", "feature:F13"), pytest.mark.usefixtures("app")]


@pytest.fixture
def id_token(browser_of_somebody: OAuthBrowser, app: Application) -> str:
    return str(browser_of_somebody.tokens()["id_token"])


def log_out(browser: OAuthBrowser, **parameters: str) -> Any:
    return browser.client.get(LOGOUT, parameters)


def confirm(browser: OAuthBrowser, **parameters: str) -> Any:
    return browser.client.post(LOGOUT, {**parameters, "confirm": "1"})


def is_over() -> bool:
    return not SsoSession.objects.filter(ended_at__isnull=True).exists()


def assert_stays_and_goes_nowhere(answer: Any) -> None:
    assert answer.status_code == 400
    assert "Location" not in answer
    assert BYE not in answer.content.decode()
    assert not is_over()


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(client: Client) -> None:
    document = client.get("/.well-known/openid-configuration").json()
    assert document["end_session_endpoint"] == f"http://testserver{LOGOUT}"


def test_oidcc_rp_initiated_logout(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    answer = log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=BYE, state="st-9")
    assert (answer.status_code, answer["Location"]) == (303, f"{BYE}?state=st-9")
    assert is_over()
    assert browser_of_somebody.authorize()["Location"].startswith("/login/")


def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(
    browser_of_somebody: OAuthBrowser, id_token: str
) -> None:
    for uri in ("https://evil.example/bye", f"{BYE}/", "https://notes.example/bye/../x"):
        answer = log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=uri)
        assert_stays_and_goes_nowhere(answer)


def test_oidcc_rp_initiated_logout_modified_id_token_hint(
    browser_of_somebody: OAuthBrowser, id_token: str
) -> None:
    hint = unsigned(id_token)
    answer = log_out(browser_of_somebody, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert_stays_and_goes_nowhere(answer)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(
    browser_of_somebody: OAuthBrowser, id_token: str
) -> None:
    hint = signed_by_somebody_else(id_token)
    answer = log_out(browser_of_somebody, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert_stays_and_goes_nowhere(answer)


def test_oidcc_rp_initiated_logout_no_id_token_hint(browser_of_somebody: OAuthBrowser) -> None:
    assert_stays_and_goes_nowhere(log_out(browser_of_somebody, post_logout_redirect_uri=BYE))


def test_oidcc_rp_initiated_logout_no_params(browser_of_somebody: OAuthBrowser) -> None:
    assert_asks_first(browser_of_somebody)


def test_oidcc_rp_initiated_logout_only_state(browser_of_somebody: OAuthBrowser) -> None:
    assert_asks_first(browser_of_somebody, state="st-9")


def assert_asks_first(browser: OAuthBrowser, **parameters: str) -> None:
    """Without a hint nobody is signed out before they say so."""
    page = log_out(browser, **parameters)
    assert page.status_code == 200
    assert "Sign out?" in page.content.decode()
    assert not is_over()
    done = confirm(browser, **parameters)
    assert done.status_code == 200
    assert "You are signed out" in done.content.decode()
    assert is_over()


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(
    browser_of_somebody: OAuthBrowser, id_token: str
) -> None:
    answer = log_out(browser_of_somebody, id_token_hint=id_token, state="st-9")
    assert answer.status_code == 200
    assert "You are signed out" in answer.content.decode()
    assert is_over()


def test_oidcc_rp_initiated_logout_no_state(browser_of_somebody: OAuthBrowser, id_token: str) -> None:
    answer = log_out(browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=BYE)
    assert answer["Location"] == BYE


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(
    browser_of_somebody: OAuthBrowser, id_token: str
) -> None:
    answer = log_out(
        browser_of_somebody, id_token_hint=id_token, post_logout_redirect_uri=f"{BYE}?foo=bar", state="s"
    )
    assert_stays_and_goes_nowhere(answer)

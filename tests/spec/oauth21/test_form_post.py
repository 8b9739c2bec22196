"""OAuth 2.0 Form Post Response Mode: the answer as a page whose form goes to the app by itself."""

import re
from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, OAuthBrowser, exchange
from tests.ui.page import Page

ANSWER = {"response_mode": "form_post", "scope": "openid"}


def form_of(answer: Any) -> tuple[str, dict[str, str]]:
    """Where the only form of the page goes, and what it carries."""
    page = Page(answer.content.decode())
    (form,) = page.all("form")
    assert form["method"] == "post"
    return form["action"], {field["name"]: field["value"] for field in page.all("input")}


def allowed(browser: OAuthBrowser, **changes: str | None) -> Any:
    """The answer after consent."""
    location = browser.authorize(**{**ANSWER, **changes})["Location"]
    return browser.client.get(browser.consent(location)["Location"])


@pytest.mark.requirement("A07", "A08", "feature:F14")
def test_form_post_2_carries_the_code_in_a_form(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    answer = allowed(browser_of_somebody)
    assert answer.status_code == 200
    assert "Location" not in answer
    action, fields = form_of(answer)
    assert action == CALLBACK
    assert fields.keys() == {"code", "state", "iss"}
    assert fields["state"] == "st-1"
    assert fields["iss"] == "http://testserver"
    assert exchange(Client(), fields["code"]).status_code == 200


@pytest.mark.requirement("K05")
def test_form_post_4_keeps_the_code_out_of_caches_referrers_and_scripts(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    answer = allowed(browser_of_somebody)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    html = answer.content.decode()
    assert 'name="referrer" content="no-referrer"' in html
    assert "same-origin" not in html
    assert list(Page(html).inline_code()) == []
    assert "csrfmiddlewaretoken" not in html
    policy = answer["Content-Security-Policy"]
    assert re.search(r"form-action https://notes\.example(;|$)", policy)
    assert "unsafe-inline" not in policy


def test_the_page_works_without_a_script(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    page = Page(allowed(browser_of_somebody).content.decode())
    assert [button["type"] for button in page.all("button")] == ["submit"]


def test_only_this_answer_may_post_to_the_app(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    allowed(browser_of_somebody)
    assert "evil" not in browser_of_somebody.client.get("/account/")["Content-Security-Policy"]
    assert "form-action 'self'" in Client().get("/login/")["Content-Security-Policy"]


@pytest.mark.requirement("A08")
@pytest.mark.parametrize(
    ("changes", "error"),
    [({"prompt": "none"}, "login_required"), ({"scope": "nonsense"}, "invalid_scope")],
)
def test_errors_travel_by_form_too(
    stranger: OAuthBrowser, app: Application, changes: dict[str, str], error: str
) -> None:
    answer = stranger.authorize(**{**ANSWER, **changes})
    assert answer.status_code == 200
    action, fields = form_of(answer)
    assert action == CALLBACK
    assert fields["error"] == error
    assert fields["state"] == "st-1"
    assert fields["iss"] == "http://testserver"
    assert "code" not in fields


def test_denying_travels_by_form_too(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    location = browser_of_somebody.authorize(**ANSWER)["Location"]
    _, fields = form_of(browser_of_somebody.consent(location, decision="deny"))
    assert fields["error"] == "access_denied"
    assert "code" not in fields


@pytest.mark.requirement("A07")
@pytest.mark.parametrize("mode", ["fragment", "query.jwt", "web_message", "form_post query", "QUERY"])
def test_an_unknown_response_mode_is_told_by_query(
    browser_of_somebody: OAuthBrowser, app: Application, mode: str
) -> None:
    answer = browser_of_somebody.authorize(response_mode=mode)
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{CALLBACK}?error=invalid_request&")
    assert "code=" not in answer["Location"]


@pytest.mark.requirement("A07")
@pytest.mark.parametrize(
    ("may", "asks", "is_fine"),
    [
        (["query"], "query", True),
        (["query"], None, True),
        (["query"], "form_post", False),
        (["form_post"], "form_post", True),
        (["form_post"], "query", False),
        (["form_post"], None, False),
        ([], None, False),
    ],
)
def test_each_app_has_its_own_list_of_response_modes(
    stranger: OAuthBrowser, app: Application, may: list[str], asks: str | None, is_fine: bool
) -> None:
    app.response_modes = may
    app.save()
    answer = stranger.authorize(response_mode=asks)
    if is_fine:
        assert answer["Location"].startswith("/login/")
    else:
        assert answer.status_code == 303
        assert "error=invalid_request" in answer["Location"]
        assert "code=" not in answer["Location"]


def test_an_address_with_a_scheme_of_the_app_is_answered_by_query(browser_of_somebody: OAuthBrowser) -> None:
    create_client(
        name="Phone app", client_id="phone-app", is_public=True, is_first_party=True,
        redirect_uris=["example.notes:/callback"],
    )  # fmt: skip
    answer = allowed(browser_of_somebody, client_id="phone-app", redirect_uri="example.notes:/callback")
    assert answer.status_code == 303
    assert answer["Location"].startswith("example.notes:/callback?code=")

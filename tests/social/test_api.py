"""Apps with pages of their own: start, the system's browser, finish with tokens."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts_app.models import User
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from sessions_app.models import SsoSession
from tests.oauth import decode
from tests.social.conftest import ADDRESS, Browser, SetProviders, of_issuer
from tests.social.fake_issuer import FakeIssuer

URI = "com.example.notes:/signed-in"
NewBrowser = Callable[[], Browser]
pytestmark = [pytest.mark.requirement("F27")]


@pytest.fixture(autouse=True)
def first_party(issuer: FakeIssuer, set_providers: SetProviders, server: None) -> None:
    set_providers(of_issuer(issuer, app_redirect_uris=[URI]))
    ensure_first_party_client()


def post(browser: Browser, step: str, data: dict[str, Any]) -> Any:
    return browser.client.post(f"/api/auth/social/acme/{step}/", data, content_type="application/json")


def start(browser: Browser, **more: str) -> dict[str, str]:
    answer = post(browser, "start", {"redirect_uri": URI, **more})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_an_app_gets_tokens_of_the_person_who_came_back(issuer: FakeIssuer, browser: Browser) -> None:
    issuer.people["a1"] = {"email": ADDRESS, "email_verified": True, "name": "Ann"}
    assert browser.client.get("/api/auth/social/").json() == [{"id": "acme", "label": "Acme"}]
    started = start(browser, device_id="installation-0001")
    answer = post(
        browser,
        "finish",
        {**issuer.approve(started["authorization_url"], "a1"), "session_id": started["session_id"]},
    )
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    claims = decode(answer.json()["access_token"])
    assert claims["sub"] == str(User.objects.get(email_identifier=ADDRESS).sub)
    assert (claims["amr"], claims["acr"]) == (["fed"], "aal1")
    assert SsoSession.objects.count() == 1


@pytest.mark.requirement("J03")
def test_a_caught_redirect_is_worth_nothing_without_the_session(issuer: FakeIssuer, browser: Browser) -> None:
    started = start(browser)
    answer = issuer.approve(started["authorization_url"], "a1")
    other = start(browser)
    for session_id in (str(uuid.uuid4()), other["session_id"]):
        refused = post(browser, "finish", {**answer, "session_id": session_id})
        assert (refused.status_code, refused.json()["code"]) == (400, "attempt_gone")
    assert browser.come_back("acme", answer).status_code == 400
    assert User.objects.count() == 0
    assert post(browser, "finish", {**answer, "session_id": started["session_id"]}).status_code == 200


@pytest.mark.requirement("J03")
def test_a_session_is_used_once_also_when_it_fails(issuer: FakeIssuer, browser: Browser) -> None:
    started = start(browser)
    answer = {**issuer.approve(started["authorization_url"], "a1"), "session_id": started["session_id"]}
    assert post(browser, "finish", {**answer, "code": "made-up"}).json()["code"] == "not_confirmed"
    assert post(browser, "finish", answer).json()["code"] == "attempt_gone"
    assert User.objects.count() == 0


@pytest.mark.parametrize("uri", ["com.example.notes:/signed-in/", "https://evil.example/", "", f"{URI}?x=1"])
def test_an_answer_is_sent_to_listed_addresses_only(browser: Browser, uri: str) -> None:
    refused = post(browser, "start", {"redirect_uri": uri})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_redirect_uri")
    assert "redirect_uri" in refused.json()["errors"]


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("start", {}),
        ("start", {"redirect_uri": URI, "more": "x"}),
        ("start", {"redirect_uri": URI, "device_id": "short"}),
        ("finish", {"session_id": "x", "state": "y", "code": "z"}),
        ("finish", {"session_id": str(uuid.UUID(int=1)), "state": 7, "code": "z"}),
    ],
)
def test_a_body_of_the_wrong_form_is_said_to_be(browser: Browser, step: str, data: dict[str, Any]) -> None:
    refused = post(browser, step, data)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_fields")


def test_a_no_at_the_provider_is_told_to_the_app(issuer: FakeIssuer, browser: Browser) -> None:
    started = start(browser)
    state = issuer.approve(started["authorization_url"], "a1")["state"]
    data = {"session_id": started["session_id"], "state": state, "error": "access_denied"}
    refused = post(browser, "finish", data)
    assert (refused.status_code, refused.json()["code"]) == (400, "access_denied")


def test_the_operations_are_in_the_documentation(browser: Browser) -> None:
    paths = browser.client.get("/api/openapi.json").json()["paths"]
    described = paths["/api/auth/social/{provider_id}/finish/"]["post"]
    assert {"200", "400", "403", "404", "409", "503"} <= set(described["responses"])

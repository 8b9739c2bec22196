"""OAuth 2.1 §3.1 and §4.1.2: odd parameters get an error in plain words; every answer names its issuer."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, OAuthBrowser, request_parameters


def error_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 303, answer.content
    assert answer["Location"].startswith(CALLBACK)
    return parse_qs(urlsplit(answer["Location"]).query)


@pytest.mark.requirement("A06", "A08")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": "CODE"}, "unsupported_response_type"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "urn:example:x"}, "request_uri_not_supported"),
        ({"state": "s" * 2001}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"nonce": "n\x00"}, "invalid_request"),
        ({"resource": "https://notes.example/\x00"}, "invalid_request"),
        ({"scope": "openid\x00"}, "invalid_request"),
        ({"scope": "openid OPENID"}, "invalid_scope"),
        ({"max_age": "9" * 30}, "invalid_request"),
        ({"max_age": "1.5"}, "invalid_request"),
        ({"max_age": "\u0661"}, "invalid_request"),
        ({"prompt": "none consent"}, "invalid_request"),
        ({"prompt": "none select_account"}, "invalid_request"),
        ({"prompt": "none create"}, "invalid_request"),
        ({"prompt": "Login"}, "invalid_request"),
    ],
    ids=str,
)
def test_4_1_2_1_the_app_is_told_with_state_issuer_and_plain_words(
    browser_of_somebody: OAuthBrowser, app: Application, changes: dict[str, str], error: str
) -> None:
    answer = error_of(browser_of_somebody.authorize(**changes))
    assert answer["error"] == [error]
    assert answer["iss"] == ["http://testserver"]
    assert answer["state"] == [changes.get("state", "st-1")]
    (description,) = answer["error_description"]
    assert description.endswith(".")
    assert "Error" not in description
    assert "code" not in answer


@pytest.mark.requirement("A02")
@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_a_request_object_does_not_hide_a_bad_redirect_uri(
    stranger: OAuthBrowser, app: Application, name: str
) -> None:
    answer = stranger.authorize(redirect_uri="https://evil.example/", **{name: "e30.e30."})
    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.requirement("L07")
@pytest.mark.parametrize(
    "extra",
    [
        "&state=%ff%fe",
        "&x=%c3%28",
        "&login_hint=" + "x" * 9000,
        "".join(f"&x{number}=1" for number in range(200)),
    ],
    ids=["not UTF-8", "not UTF-8 in an unknown one", "too long", "too many"],
)
def test_a_query_that_cannot_be_read_gets_a_page(app: Application, extra: str) -> None:
    parameters = request_parameters(state=None)
    answer = Client().get(f"/o/authorize/?{urlencode(parameters)}{extra}")
    assert answer.status_code == 400
    assert "Location" not in answer
    assert "text/html" in answer["Content-Type"]
    posted = Client().post(
        "/o/authorize/", urlencode(parameters) + extra, content_type="application/x-www-form-urlencoded"
    )
    assert posted.status_code in {303, 400}
    assert "evil" not in posted.get("Location", "")


def test_3_1_a_semicolon_is_part_of_a_value(stranger: OAuthBrowser, app: Application) -> None:
    answer = stranger.client.get(
        f"/o/authorize/?{urlencode(request_parameters(state=None, prompt='none'))}&state=a;client_id=other"
    )
    assert error_of(answer)["state"] == ["a;client_id=other"]


@pytest.mark.requirement("A08")
@pytest.mark.parametrize("state", ["a b", "ü€", "%26code=x", "a&code=x", "'\"<script>", "x" * 2000, "0"])
def test_4_1_2_the_state_comes_back_as_it_was(
    browser_of_somebody: OAuthBrowser, app: Application, state: str
) -> None:
    app.is_first_party = True
    app.save()
    fine = browser_of_somebody.response_parameters(state=state)
    assert fine["state"] == state
    assert len(fine["code"]) == 43
    page = browser_of_somebody.authorize(state=state, response_mode="form_post")
    assert b"<script>" not in page.content
    assert error_of(browser_of_somebody.authorize(state=state, scope="nonsense"))["state"] == [state]


@pytest.mark.requirement("A08")
def test_4_1_2_without_a_state_none_comes_back(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    for state in (None, ""):
        answer = error_of(browser_of_somebody.authorize(state=state, scope="nonsense"))
        assert "state" not in answer
        assert answer["iss"] == ["http://testserver"]


@pytest.mark.requirement("A03")
@pytest.mark.parametrize(
    "name",
    [
        "claims",
        "prompt",
        "max_age",
        "response_mode",
        "login_hint",
        "id_token_hint",
        "acr_values",
        "ui_locales",
        "foo",
    ],
)
def test_3_1_every_parameter_comes_once(stranger: OAuthBrowser, app: Application, name: str) -> None:
    pairs = [*request_parameters().items(), (name, "query"), (name, "form_post")]
    answer = error_of(stranger.client.get(f"/o/authorize/?{urlencode(pairs)}"))
    assert answer["error"] == ["invalid_request"]
    assert name in answer["error_description"][0]


@pytest.mark.requirement("A10")
def test_3_1_a_post_is_answered_like_a_get(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    app.is_first_party = True
    app.audiences = "https://notes.example/a https://notes.example/b"
    app.save()
    resources = ["https://notes.example/a", "https://notes.example/b"]
    across = Client(enforce_csrf_checks=True).post(
        "/o/authorize/", {**request_parameters(), "resource": resources}
    )
    assert across.status_code == 303
    assert parse_qs(urlsplit(across["Location"]).query)["resource"] == resources
    answer = browser_of_somebody.client.get(across["Location"])
    assert answer["Location"].startswith(f"{CALLBACK}?code=")
    assert "iss=http" in answer["Location"]


@pytest.mark.requirement("A02")
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(app: Application, method: str) -> None:
    answer = getattr(Client(), method)(f"/o/authorize/?{urlencode(request_parameters())}")
    assert answer.status_code == 405
    assert "Location" not in answer

"""Bad authorization requests: the app is told in the standard's terms, or a page is shown; never a 500."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.redirect_uris import is_registered
from obligations_app.models import OAuthTokenLog
from tests.oauth import CALLBACK, OAuthBrowser, request_parameters

UNSAFE = [
    {"client_id": None},
    {"client_id": "nobody"},
    {"client_id": "no\x00body"},
    {"redirect_uri": "https://evil.example/callback"},
    {"redirect_uri": "https://notes.example/callback/"},
    {"redirect_uri": "https://notes.example/Callback"},
    {"redirect_uri": "https://notes.example/callback?x=1"},
    {"redirect_uri": "https://notes.example/callback#x"},
    {"redirect_uri": "https://notes.example/x/..;/callback"},
    {"redirect_uri": "https://notes.example\\@evil.example/callback"},
    {"redirect_uri": "https://user@notes.example/callback"},
    {"redirect_uri": "https://notes.example./callback"},
    {"redirect_uri": "javascript:alert(1)"},
    {"redirect_uri": "//notes.example/callback"},
    {"redirect_uri": "callback"},
    {"redirect_uri": CALLBACK + "\x00"},
]


@pytest.mark.requirement("A01", "A02")
@pytest.mark.parametrize("changes", UNSAFE, ids=[str(row) for row in UNSAFE])
@pytest.mark.parametrize("also", [{}, {"response_type": "token"}, {"scope": "nonsense"}, {"prompt": "none"}])
def test_an_unsafe_request_shows_a_page_and_never_redirects(
    stranger: OAuthBrowser, app: Application, changes: dict[str, str | None], also: dict[str, str]
) -> None:
    answer = stranger.authorize(**{**changes, **also})
    assert answer.status_code == 400
    assert "Location" not in answer
    assert "text/html" in answer["Content-Type"]
    assert b"<script>" not in answer.content


REFUSED = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_type": None}, "invalid_request"),
    ({"scope": "openid nonsense"}, "invalid_scope"),
    ({"scope": "admin"}, "invalid_scope"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge": "!" * 43}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "sing"}, "invalid_request"),
    ({"prompt": "none"}, "login_required"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"request": "eyJ"}, "request_not_supported"),
    ({"request_uri": "https://notes.example/request"}, "request_uri_not_supported"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"id_token_hint": "junk"}, "invalid_request"),
    ({"claims": "{not json"}, "invalid_request"),
    ({"nonce": "n" * 300}, "invalid_request"),
]


@pytest.mark.requirement("A04", "A06", "A08")
@pytest.mark.parametrize(("changes", "error"), REFUSED, ids=[str(row[0]) for row in REFUSED])
def test_a_bad_request_of_a_good_client_is_answered_to_the_app(
    stranger: OAuthBrowser, app: Application, changes: dict[str, str | None], error: str
) -> None:
    answer = stranger.authorize(**changes)
    assert answer.status_code == 303, answer.content
    assert answer["Location"].startswith(f"{CALLBACK}?")
    parameters = parse_qs(urlsplit(answer["Location"]).query)
    assert parameters["error"] == [error]
    assert parameters["state"] == ["st-1"]
    assert parameters["iss"] == ["http://testserver"]
    assert "code" not in parameters
    assert OAuthTokenLog.objects.filter(event="authorization.refused", client_id="notes").count() == 1


@pytest.mark.requirement("A03")
@pytest.mark.parametrize("name", sorted(request_parameters()))
def test_a_parameter_given_twice_is_refused(stranger: OAuthBrowser, app: Application, name: str) -> None:
    parameters = [*request_parameters().items(), (name, request_parameters()[name])]
    answer = stranger.client.get(f"/o/authorize/?{urlencode(parameters)}")
    if name in {"client_id", "redirect_uri"}:
        assert answer.status_code == 400
        assert "Location" not in answer
    else:
        assert parse_qs(urlsplit(answer["Location"]).query)["error"] == ["invalid_request"]
        assert "code=" not in answer["Location"]


def test_a_posted_request_goes_round_once_by_get(stranger: OAuthBrowser, app: Application) -> None:
    answer = stranger.client.post("/o/authorize/", request_parameters())
    assert answer.status_code == 303
    assert answer["Location"].startswith("/o/authorize/?client_id=notes&")


def test_a_stored_request_that_is_gone_is_explained(stranger: OAuthBrowser, app: Application) -> None:
    for path in ("/o/authorize/", "/o/consent/"):
        answer = stranger.client.get(path, {"request": "gone"})
        assert answer.status_code == 400
        assert "Location" not in answer


@pytest.mark.requirement("A01")
@given(
    prefix=st.text(max_size=5), position=st.integers(0, len(CALLBACK)), suffix=st.text(min_size=1, max_size=5)
)
def test_no_changed_spelling_of_a_redirect_uri_is_registered(prefix: str, position: int, suffix: str) -> None:
    changed = prefix + CALLBACK[:position] + suffix + CALLBACK[position:]
    assert changed == CALLBACK or not is_registered(changed, [CALLBACK])


@pytest.mark.requirement("A01")
def test_only_the_port_of_a_loopback_address_may_vary() -> None:
    registered = ["http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost/callback"]
    assert is_registered("http://127.0.0.1:49152/callback", registered)
    assert is_registered("http://[::1]:49152/callback", registered)
    assert not is_registered("http://localhost:49152/callback", registered)
    assert not is_registered("http://127.0.0.1:49152/other", registered)
    assert not is_registered("http://127.0.0.1:x@evil.example/callback", registered)
    assert not is_registered("https://127.0.0.1:49152/callback", registered)


@pytest.mark.requirement("L07")
@hypothesis_settings(max_examples=60)
@given(query=st.text(max_size=60))
def test_no_query_makes_the_endpoint_fail(app: Application, query: str) -> None:
    answer = Client().get(f"/o/authorize/?client_id=notes&{query}")
    assert answer.status_code in {303, 400}

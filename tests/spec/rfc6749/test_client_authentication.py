"""RFC 6749 §2.3: how clients prove themselves, at every machine endpoint alike."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client
from django.utils import timezone

from custom_scopes_and_policies_app.client_changes import expire_secret
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, FORM, post

ENDPOINTS = {
    "/o/token/": {"grant_type": "client_credentials"},
    "/o/revoke_token/": {"token": "anything"},
    "/o/introspect/": {"token": "anything"},
}
every_endpoint = pytest.mark.parametrize("path", ENDPOINTS)


@pytest.fixture
def http() -> Client:
    """An app's HTTP client: no cookies, no CSRF token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def secret(server: None) -> str:
    """The secret of "job", beside an app "other" with one of its own and a public app "notes"."""
    _, secret = create_client(name="Job", client_id="job", scopes="read")
    create_client(name="Other", client_id="other", client_secret="secret-of-the-other")
    create_client(name="Notes", client_id="notes", is_public=True, redirect_uris=[CALLBACK])
    return secret


def call(http: Client, path: str, *, basic: tuple[str, str] | None = None, **fields: Any) -> Any:
    return post(http, path, basic=basic, **ENDPOINTS[path], **fields)


def assert_refused(answer: Any, *, is_challenged: bool) -> None:
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer) is is_challenged
    if is_challenged:
        assert answer["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.requirement("B05")
@every_endpoint
def test_a_secret_is_good_in_the_header_and_in_the_body_whatever_was_registered(
    http: Client, secret: str, path: str
) -> None:
    assert call(http, path, basic=("job", secret)).status_code == 200
    assert call(http, path, client_id="job", client_secret=secret).status_code == 200
    job = Application.objects.get(client_id="job")
    job.token_endpoint_auth_method = "client_secret_post"
    job.save()
    assert call(http, path, basic=("job", secret)).status_code == 200


@pytest.mark.requirement("B05", "B06")
@every_endpoint
def test_without_the_right_secret_nobody_gets_in(http: Client, secret: str, path: str) -> None:
    assert_refused(call(http, path), is_challenged=False)
    assert_refused(call(http, path, client_id="job"), is_challenged=False)
    assert_refused(call(http, path, client_id="job", client_secret=""), is_challenged=False)
    assert_refused(call(http, path, client_id="nobody", client_secret=secret), is_challenged=False)
    for wrong in ("wrong", "secret-of-the-other", secret[:-1], secret + "x", secret.swapcase(), ""):
        assert_refused(call(http, path, basic=("job", wrong)), is_challenged=True)
        assert_refused(call(http, path, client_id="job", client_secret=wrong), is_challenged=False)
    for stranger in ("nobody", "", "JOB", "job\x00", "j" * 5000, "notes"):
        assert_refused(call(http, path, basic=(stranger, secret)), is_challenged=True)


@pytest.mark.requirement("B05")
@every_endpoint
def test_two_methods_at_once_are_one_too_many(http: Client, secret: str, path: str) -> None:
    both = call(http, path, basic=("job", secret), client_id="job", client_secret=secret)
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    two_ids = call(http, path, basic=("job", secret), client_id="other")
    assert (two_ids.status_code, two_ids.json()["error"]) == (400, "invalid_request")
    # §3.2.1: the id alone beside the header is no second method.
    assert call(http, path, basic=("job", secret), client_id="job").status_code == 200


@pytest.mark.requirement("B05")
@every_endpoint
@pytest.mark.parametrize("odd", ["a:b", "100%25", "with space+plus", "пароль", "%", "é&=?/"])
def test_the_header_is_form_decoded(http: Client, server: None, path: str, odd: str) -> None:
    create_client(name="Odd", client_id="odd", client_secret=odd, scopes="read")
    encoded = quote_plus(odd)
    assert call(http, path, basic=("odd", encoded)).status_code == 200
    assert call(http, path, client_id="odd", client_secret=odd).status_code == 200


@every_endpoint
@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
     "Basic " + base64.b64encode(b"no colon").decode(), "Basic " + "QQ" * 4_000],
    ids=["bare", "empty", "not base64", "not UTF-8", "no colon", "long"],
)  # fmt: skip
def test_a_malformed_header_is_a_failed_authentication(
    http: Client, secret: str, path: str, header: str
) -> None:
    fields = "&".join(f"{name}={value}" for name, value in ENDPOINTS[path].items())
    answer = http.post(path, fields, content_type=FORM, HTTP_AUTHORIZATION=header)
    assert_refused(answer, is_challenged=True)


@every_endpoint
def test_another_scheme_is_no_client_authentication(http: Client, secret: str, path: str) -> None:
    answer = http.post(path, "token=a", content_type=FORM, HTTP_AUTHORIZATION="Bearer abc")
    assert_refused(answer, is_challenged=False)


@pytest.mark.requirement("feature:F10")
@every_endpoint
def test_a_secret_that_has_ended_is_refused(http: Client, secret: str, path: str) -> None:
    client = Application.objects.get(client_id="job")
    assert call(http, path, basic=("job", secret)).status_code == 200
    expire_secret(
        client=client,
        secret_id=client.client_secrets[0]["id"],
        expires_at=timezone.now() - timedelta(seconds=1),
        actor_id=None,
        caller=None,
    )
    assert_refused(call(http, path, basic=("job", secret)), is_challenged=True)

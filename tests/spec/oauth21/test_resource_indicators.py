"""RFC 8707: an app says which of its resource servers a token is for."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, RefreshToken
from tests.oauth import CALLBACK, FORM, VERIFIER, OAuthBrowser, decode, request_parameters

NOTES = "https://notes.example/api"
FILES = "https://files.example/api"
ISSUER = "http://testserver"
Resources = tuple[str, ...]


@pytest.fixture
def app(app: Application) -> Application:
    app.audiences = f"{NOTES} {FILES}"
    app.is_first_party = True
    app.save()
    return app


def authorize(browser: OAuthBrowser, *resources: str) -> str:
    """Where the answer leads."""
    pairs = [*request_parameters().items(), *(("resource", resource) for resource in resources)]
    return str(browser.client.get(f"/o/authorize/?{urlencode(pairs)}")["Location"])


def code_for(browser: OAuthBrowser, *resources: str) -> str:
    return authorize(browser, *resources).partition("code=")[2].partition("&")[0]


def ask_tokens(*resources: str, **fields: str) -> Any:
    body = urlencode([*fields.items(), *(("resource", resource) for resource in resources)])
    return Client().post("/o/token/", body, content_type=FORM)


def exchange(code: str, *resources: str) -> Any:
    return ask_tokens(
        *resources, grant_type="authorization_code", client_id="notes", redirect_uri=CALLBACK, code=code,
        code_verifier=VERIFIER,
    )  # fmt: skip


def refresh(token: str, *resources: str) -> Any:
    return ask_tokens(*resources, grant_type="refresh_token", client_id="notes", refresh_token=token)


def audience(answer: Any) -> object:
    assert answer.status_code == 200, answer.content
    return decode(answer.json()["access_token"])["aud"]


@pytest.mark.requirement("D05", "feature:F08")
@pytest.mark.parametrize(
    ("asked", "audience_given"),
    [
        ((), [NOTES, FILES, ISSUER]),
        ((NOTES,), NOTES),
        ((FILES, NOTES), [FILES, NOTES]),
        ((ISSUER,), ISSUER),
        ((NOTES, NOTES), NOTES),
    ],
)
def test_2_1_the_token_is_for_the_resources_of_the_authorization_request(
    browser_of_somebody: OAuthBrowser, app: Application, asked: Resources, audience_given: object
) -> None:
    answer = exchange(code_for(browser_of_somebody, *asked))
    assert audience(answer) == audience_given
    assert audience(refresh(answer.json()["refresh_token"])) == audience_given


@pytest.mark.requirement("D05", "A08")
@pytest.mark.parametrize(
    "asked",
    [
        ("https://other.example/api",),
        (NOTES, "https://other.example/api"),
        (NOTES + "/",),
        (NOTES + "#x",),
        ("/api",),
        ("notes.example/api",),
        ("https://[::1/api",),
        (NOTES.upper(),),
    ],
    ids=str,
)
def test_2_a_resource_the_app_may_not_have_is_an_invalid_target(
    browser_of_somebody: OAuthBrowser, app: Application, asked: Resources
) -> None:
    location = authorize(browser_of_somebody, *asked)
    assert location.startswith(f"{CALLBACK}?error=invalid_target&")
    assert "iss=http" in location
    assert "code=" not in location
    answer = exchange(code_for(browser_of_somebody), *asked)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_target"
    assert "access_token" not in answer.json()


@pytest.mark.requirement("D05")
def test_2_2_a_subset_narrows_this_access_token_only(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    first = exchange(code_for(browser_of_somebody, NOTES, FILES), FILES)
    assert audience(first) == FILES
    second = refresh(first.json()["refresh_token"], NOTES)
    assert audience(second) == NOTES
    third = refresh(second.json()["refresh_token"])
    assert audience(third) == [NOTES, FILES]


@pytest.mark.requirement("D05", "B07")
def test_2_2_the_token_endpoint_gives_nothing_that_was_not_granted(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = code_for(browser_of_somebody, NOTES)
    wider = exchange(code, FILES)
    assert wider.status_code == 400
    assert wider.json()["error"] == "invalid_target"
    assert not RefreshToken.objects.exists()
    granted = exchange(code)
    assert audience(granted) == NOTES
    refused = refresh(granted.json()["refresh_token"], NOTES, FILES)
    assert refused.json()["error"] == "invalid_target"
    assert audience(refresh(granted.json()["refresh_token"])) == NOTES


@pytest.mark.requirement("D05")
def test_a_resource_taken_from_the_app_is_in_no_new_token(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    both = exchange(code_for(browser_of_somebody, NOTES, FILES)).json()
    files = exchange(code_for(browser_of_somebody, FILES)).json()
    app.audiences = NOTES
    app.save()
    assert audience(refresh(both["refresh_token"])) == NOTES
    gone = refresh(files["refresh_token"])
    assert gone.status_code == 400
    assert gone.json()["error"] == "invalid_target"


@pytest.mark.requirement("D05")
def test_2_2_client_credentials_may_name_resources_too(server: None) -> None:
    client, secret = create_client(name="Robot", client_id="robot", scopes="read write")
    client.audiences = f"{NOTES} {FILES}"
    client.save()
    robot = {"grant_type": "client_credentials", "client_id": "robot", "client_secret": secret}
    client.token_endpoint_auth_method = "client_secret_post"
    client.save()
    assert audience(ask_tokens(**robot)) == [NOTES, FILES]
    assert audience(ask_tokens(FILES, **robot)) == FILES
    assert ask_tokens("https://other.example/", **robot).json()["error"] == "invalid_target"

"""CORS: scripts of an origin that the very client registered may read its answers, and nobody else's."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from custom_scopes_and_policies_app.client_changes import disable_client
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, OAuthBrowser, exchange, post, refresh, request_parameters

pytestmark = pytest.mark.requirement("E06", "feature:F11")

ORIGIN = "https://notes.example"
OTHER = "https://other.example"
STRANGE = [
    "null", "https://evil.example", "https://notes.example:8443", "http://notes.example", "https://NOTES.example",
    "https://notes.example.evil.example", "https://notes.example/", "notes.example", "*", "x" * 4000,
]  # fmt: skip
OPEN = ["/o/token/", "/o/userinfo/", "/o/revoke_token/", "/api/v1/oauth/token", "/api/login/", "/api/nothing"]
CLOSED = [
    "/o/authorize/", "/o/consent/", "/o/introspect/", "/o/logout/", "/login/", "/signup/", "/admin/",
    "/api/v1/oauth/introspect",
]  # fmt: skip


@pytest.fixture
def notes(app: Application) -> Application:
    """The public app "notes" of ORIGIN, beside an app of OTHER."""
    app.allowed_origins = f"{ORIGIN} http://localhost:3000"
    app.save()
    create_client(name="Other", client_id="other", is_public=True, redirect_uris=[CALLBACK], origins=[OTHER])
    return app


def cors_of(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


def preflight(path: str, origin: str) -> Any:
    return Client().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )


@pytest.mark.parametrize("path", OPEN)
def test_a_preflight_is_answered_for_an_origin_that_some_app_registered(
    notes: Application, path: str
) -> None:
    for origin in (ORIGIN, OTHER, "http://localhost:3000"):
        answer = preflight(path, origin)
        assert answer.status_code == 204
        assert answer["Access-Control-Allow-Origin"] == origin
        assert "POST" in answer["Access-Control-Allow-Methods"] or "GET" in path
        assert "Authorization" in answer["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer
        assert "Origin" in answer["Vary"]
    for origin in STRANGE:
        answer = preflight(path, origin)
        assert cors_of(answer) == {}, origin
        assert "Origin" in answer["Vary"]


@pytest.mark.parametrize("path", CLOSED)
def test_pages_and_introspection_never_open_up(
    browser_of_somebody: OAuthBrowser, notes: Application, path: str
) -> None:
    http = browser_of_somebody.client
    assert cors_of(preflight(path, ORIGIN)) == {}
    for answer in (
        http.get(path, request_parameters(), headers={"Origin": ORIGIN}),
        http.post(path, request_parameters(), headers={"Origin": ORIGIN}),
    ):
        assert cors_of(answer) == {}
        assert answer.status_code < 500


def test_a_browser_app_goes_its_whole_way(
    browser_of_somebody: OAuthBrowser, notes: Application, api: tuple[str, str]
) -> None:
    http = Client(headers={"Origin": ORIGIN})
    answers = [exchange(http, browser_of_somebody.code())]
    tokens = answers[0].json()
    answers.append(refresh(http, tokens["refresh_token"]))
    bearer = {"Authorization": f"Bearer {answers[1].json()['access_token']}"}
    answers.append(http.get("/o/userinfo/", headers=bearer))
    answers.append(http.get("/api/v1/userinfo/me", headers=bearer))
    answers.append(
        post(http, "/o/revoke_token/", client_id="notes", token=answers[1].json()["refresh_token"])
    )
    for answer in answers:
        assert answer.status_code == 200
        assert answer["Access-Control-Allow-Origin"] == ORIGIN
        assert "WWW-Authenticate" in answer["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer
        assert "Origin" in answer["Vary"]


@pytest.mark.parametrize("origin", [OTHER, *STRANGE])
def test_another_apps_origin_reads_nothing_of_this_app(
    browser_of_somebody: OAuthBrowser, notes: Application, origin: str
) -> None:
    http = Client(headers={"Origin": origin})
    granted = exchange(http, browser_of_somebody.code())
    assert granted.status_code == 200
    bearer = {"Authorization": f"Bearer {granted.json()['access_token']}"}
    for answer in (
        granted,
        exchange(http, "wrong"),
        http.get("/o/userinfo/", headers=bearer),
        post(http, "/o/revoke_token/", client_id="notes", token="anything"),
    ):
        assert cors_of(answer) == {}
        assert "Origin" in answer["Vary"]


def test_a_refusal_can_be_read_so_that_the_app_knows_what_to_do(notes: Application) -> None:
    http = Client(headers={"Origin": ORIGIN})
    wrong_code = exchange(http, "wrong")
    assert (wrong_code.status_code, wrong_code["Access-Control-Allow-Origin"]) == (400, ORIGIN)
    expired = http.get("/o/userinfo/", headers={"Authorization": "Bearer expired"})
    assert (expired.status_code, expired["Access-Control-Allow-Origin"]) == (401, ORIGIN)
    unknown = exchange(http, "wrong", client_id="nobody")
    assert cors_of(unknown) == {}


def test_an_app_switched_off_takes_its_origins_with_it(notes: Application) -> None:
    assert cors_of(preflight("/o/token/", ORIGIN))
    disable_client(client=notes, actor_id=None, caller=None)
    assert cors_of(preflight("/o/token/", ORIGIN)) == {}
    assert cors_of(preflight("/o/token/", OTHER))


def test_metadata_and_keys_are_for_every_origin_but_without_cookies(notes: Application) -> None:
    for path in (
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json",
    ):  # fmt: skip
        for answer in (
            Client().get(path, headers={"Origin": "https://anybody.example"}),
            preflight(path, "https://anybody.example"),
        ):
            assert answer.status_code in {200, 204}
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.usefixtures("standing_still")
def test_an_origin_costs_no_statement_of_its_own(
    browser_of_somebody: OAuthBrowser, notes: Application
) -> None:
    tokens = browser_of_somebody.tokens()
    http = Client(headers={"Origin": ORIGIN})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        refresh(http, tokens["refresh_token"])
    assert not any("allowed_origins" in query["sql"] for query in queries if "client_id" not in query["sql"])
    preflight("/o/token/", ORIGIN)
    with CaptureQueriesContext(connection) as queries:
        preflight("/o/token/", ORIGIN)
    assert len(queries) == 0


def test_without_an_origin_an_answer_says_nothing_of_cors(notes: Application) -> None:
    answer = exchange(Client(), "wrong")
    assert cors_of(answer) == {}
    assert Client().options("/o/token/").status_code == 405

"""The token endpoint from outside: wrong codes, wrong clients, wrong bodies, and what a replay costs."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, Grant, RefreshToken
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.oauth import CALLBACK, OAuthBrowser, decode, exchange, introspect, post, refresh


@pytest.fixture
def http() -> Client:
    """An app's HTTP client: no cookies, no CSRF token."""
    return Client(enforce_csrf_checks=True)


BAD = [
    ({"code": "wrong"}, 400, "invalid_grant"),
    ({"code": None}, 400, "invalid_request"),
    ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
    ({"code_verifier": None}, 400, "invalid_grant"),
    ({"redirect_uri": "https://notes.example/other"}, 400, "invalid_grant"),
    ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"client_id": None}, 401, "invalid_client"),
    ({"client_secret": "a public client has none"}, 401, "invalid_client"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
    ({"grant_type": None}, 400, "invalid_request"),
    ({"grant_type": "client_credentials"}, 400, "unauthorized_client"),
]


@pytest.mark.requirement("A05", "B03", "B05", "B07", "B08")
@pytest.mark.parametrize(("changes", "status", "error"), BAD, ids=[str(row[0]) for row in BAD])
def test_a_bad_exchange_is_refused_in_the_standards_terms(
    browser_of_somebody: OAuthBrowser,
    app: Application,
    http: Client,
    changes: dict[str, str | None],
    status: int,
    error: str,
) -> None:
    answer = exchange(http, browser_of_somebody.code(), **changes)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer["Cache-Control"] == "no-store"
    assert "access_token" not in answer.json()
    assert RefreshToken.objects.count() == 0
    assert OAuthTokenLog.objects.filter(event="token.refused").count() == 1


@pytest.mark.requirement("B04")
def test_a_failed_check_does_not_use_the_code_up_but_five_do(
    browser_of_somebody: OAuthBrowser, app: Application, http: Client
) -> None:
    code = browser_of_somebody.code()
    assert exchange(http, code, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert exchange(http, code).status_code == 200
    code = browser_of_somebody.code()
    for _ in range(5):
        exchange(http, code, code_verifier="w" * 43)
    assert exchange(http, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("B02", "feature:F09")
def test_a_replayed_code_ends_what_its_first_use_gave(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], http: Client
) -> None:
    code = browser_of_somebody.code()
    first = exchange(http, code).json()
    assert introspect(http, first["access_token"], api)["active"] is True
    second = exchange(http, code)
    assert second.status_code == 400
    assert second.json()["error"] == "invalid_grant"
    assert introspect(http, first["access_token"], api) == {"active": False}
    assert refresh(http, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert OAuthTokenLog.objects.filter(event="code.replayed").count() == 1


@pytest.mark.requirement("B03")
def test_a_code_of_one_app_is_worth_nothing_to_another(
    browser_of_somebody: OAuthBrowser, app: Application, http: Client
) -> None:
    create_client(name="Other", client_id="other", is_public=True, redirect_uris=[CALLBACK])
    code = browser_of_somebody.code()
    assert exchange(http, code, client_id="other").json()["error"] == "invalid_grant"
    assert exchange(http, code).status_code == 200


@pytest.mark.requirement("A13")
def test_a_code_lives_a_minute_and_is_not_in_the_database(
    browser_of_somebody: OAuthBrowser, app: Application, http: Client
) -> None:
    code = browser_of_somebody.code()
    assert code not in str(list(Grant.objects.values()))
    with time_machine.travel(Grant.objects.get().expires, tick=False):
        assert exchange(http, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("C01", "C02")
def test_an_old_refresh_token_ends_family_and_session_and_the_person_is_told(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], http: Client
) -> None:
    first = browser_of_somebody.tokens()
    second = refresh(http, first["refresh_token"]).json()
    third = refresh(http, second["refresh_token"]).json()
    replay = refresh(http, first["refresh_token"])
    assert replay.status_code == 400
    assert replay.json()["error"] == "invalid_grant"
    assert refresh(http, third["refresh_token"]).json()["error"] == "invalid_grant"
    assert introspect(http, third["access_token"], api) == {"active": False}
    assert SsoSession.objects.get().end_reason == "refresh_reused"
    assert OAuthTokenLog.objects.filter(event="refresh.reused").count() == 1


@pytest.mark.requirement("C04")
def test_a_lost_answer_is_repeated_for_ten_seconds_and_counts_as_reuse_afterwards(
    browser_of_somebody: OAuthBrowser, app: Application, http: Client
) -> None:
    first = browser_of_somebody.tokens()
    rotated = refresh(http, first["refresh_token"]).json()
    repeated = refresh(http, first["refresh_token"])
    assert repeated.status_code == 200
    assert repeated.json()["refresh_token"] == rotated["refresh_token"]
    family = RefreshToken.objects.get()
    assert family.generation == 1
    assert family.rotated_at is not None
    with time_machine.travel(family.rotated_at.timestamp() + 11):
        assert refresh(http, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert RefreshToken.objects.get().revoked_at is not None


@pytest.mark.requirement("C07")
def test_a_refresh_token_in_another_apps_hands_changes_nothing(
    browser_of_somebody: OAuthBrowser, app: Application, http: Client
) -> None:
    create_client(name="Other", client_id="other", is_public=True, redirect_uris=[CALLBACK])
    tokens = browser_of_somebody.tokens()
    answer = refresh(http, tokens["refresh_token"], client_id="other")
    assert answer.json()["error"] == "invalid_grant"
    assert refresh(http, tokens["refresh_token"]).status_code == 200


@pytest.mark.requirement("B07")
def test_a_refresh_may_narrow_the_scope_for_once_but_never_widen_it(
    browser_of_somebody: OAuthBrowser, app: Application, http: Client
) -> None:
    tokens = browser_of_somebody.tokens()
    narrowed = refresh(http, tokens["refresh_token"], scope="openid").json()
    assert narrowed["scope"] == "openid"
    assert "policies" not in decode(narrowed["access_token"])
    whole = refresh(http, narrowed["refresh_token"]).json()
    assert whole["scope"] == "openid profile phone"
    widened = refresh(http, whole["refresh_token"], scope="openid email")
    assert widened.status_code == 400
    assert widened.json()["error"] == "invalid_scope"


@pytest.mark.requirement("B11", "I04")
def test_a_shut_account_gets_nothing_more(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User, api: tuple[str, str], http: Client
) -> None:
    code, tokens = browser_of_somebody.code(), browser_of_somebody.tokens()
    User.objects.filter(pk=somebody.pk).update(is_active=False)
    assert exchange(http, code).json()["error"] == "invalid_grant"
    assert refresh(http, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert introspect(http, tokens["access_token"], api) == {"active": False}


@pytest.mark.requirement("C06")
def test_no_token_and_no_code_is_in_the_database(
    browser_of_somebody: OAuthBrowser, app: Application, http: Client
) -> None:
    code = browser_of_somebody.code()
    tokens = exchange(http, code).json()
    stored = str([list(model.objects.values()) for model in (Grant, RefreshToken, OAuthTokenLog)])
    for secret in (code, *(tokens[name] for name in ("access_token", "refresh_token", "id_token"))):
        assert secret not in stored
        assert secret.rpartition(".")[2] not in stored


def test_a_confidential_client_gets_a_token_for_itself(server: None, http: Client) -> None:
    client, secret = create_client(name="Job", client_id="job", scopes="read write")
    answer = post(http, "/o/token/", basic=("job", secret), grant_type="client_credentials", scope="read")
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    claims = decode(answer.json()["access_token"])
    assert claims["sub"] == claims["client_id"] == client.client_id
    assert "sid" not in claims
    too_much = post(http, "/o/token/", basic=("job", secret), grant_type="client_credentials", scope="openid")
    assert too_much.json()["error"] == "invalid_scope"


@pytest.mark.requirement("B05", "B06")
def test_a_wrong_secret_is_challenged(server: None, http: Client) -> None:
    create_client(name="Job", client_id="job", scopes="read")
    answer = post(http, "/o/token/", basic=("job", "wrong"), grant_type="client_credentials")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")
    posted = post(http, "/o/token/", client_id="job", client_secret="wrong", grant_type="client_credentials")
    assert posted.status_code == 401
    for malformed in ("Basic !!!", "Basic " + base64.b64encode(b"no-colon").decode(), "Basic \xff"):
        answer = http.post(
            "/o/token/", "grant_type=client_credentials",
            content_type="application/x-www-form-urlencoded", HTTP_AUTHORIZATION=malformed,
        )  # fmt: skip
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"


@pytest.mark.requirement("B09", "L07")
def test_only_small_form_bodies_are_read(app: Application, http: Client) -> None:
    json_body = http.post("/o/token/", '{"grant_type": "refresh_token"}', content_type="application/json")
    assert json_body.status_code == 415
    assert json_body.json()["error"] == "invalid_request"
    multipart = http.post("/o/token/", {"grant_type": "refresh_token"})
    assert multipart.status_code == 415
    by_get = http.get("/o/token/", {"grant_type": "refresh_token"})
    assert by_get.status_code == 405
    assert by_get["Allow"] == "POST"
    large = http.post("/o/token/", "a=" + "x" * 70_000, content_type="application/x-www-form-urlencoded")
    assert large.status_code == 413
    for body in ("grant_type=a&grant_type=b", "a=%ff", "a=%00", "&".join(f"p{n}=1" for n in range(200))):
        answer = http.post("/o/token/", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400, body
        assert answer.json()["error"] == "invalid_request"


@pytest.mark.requirement("B02", "A13")
def test_headers_sent_early_and_a_body_kept_back_make_no_request_older(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    """What a server sees that calls the app before the body is there: an early stamp, a late body."""
    code = browser_of_somebody.code()
    early = datetime.now(UTC) - timedelta(seconds=30)
    http = Client(**{"auth.received_at": early})  # type: ignore[arg-type]
    tokens = exchange(http, code).json()
    family = RefreshToken.objects.get()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=3)):
        assert exchange(http, code).json()["error"] == "invalid_grant"
    family.refresh_from_db()
    assert family.revoke_reason == "code_replayed"
    assert refresh(http, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    late = browser_of_somebody.code()
    with time_machine.travel(Grant.objects.latest("pk").expires):
        assert exchange(http, late).json()["error"] == "invalid_grant"

"""RFC 6749 §3.2, §4.4, §5: what a token request must look like, and what each answer carries."""

from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, FORM, OAuthBrowser, decode, exchange, post, refresh

PATHS = ["/o/token/", "/o/revoke_token/", "/o/introspect/"]


@pytest.fixture
def http() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def job(server: None) -> tuple[str, str]:
    _, secret = create_client(name="Job", client_id="job", scopes="read write")
    return "job", secret


@pytest.mark.requirement("B08", "B09")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{}", "application/json", 415),
        ("token=a", "multipart/form-data; boundary=x", 415),
        ("token=a", "text/plain", 415),
        ("token=a", "", 415),
        ("token=a", f"{FORM}x", 415),
        ("token=a", f"{FORM}; charset=utf-16", 415),
        ("token=a", f"{FORM}; charset=iso-8859-1", 415),
        ("token=" + "a" * 70_000, FORM, 413),
        ("&".join(f"p{number}=1" for number in range(101)), FORM, 400),
        ("token=a&token=a", FORM, 400),
        ("client_id=a&client_id=b", FORM, 400),
        ("token=%ff", FORM, 400),
        ("token=%00", FORM, 400),
        ("token=\xff", FORM, 400),
    ],
)
def test_a_body_that_is_no_small_clean_form_is_refused(
    http: Client, server: None, path: str, body: str, content_type: str, status: int
) -> None:
    answer = http.generic("POST", path, body.encode("latin-1"), content_type=content_type)
    assert answer.status_code == status
    assert answer.json()["error"] == "invalid_request"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/json"


@pytest.mark.requirement("B09")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_only_post_is_answered(http: Client, server: None, path: str, method: str) -> None:
    answer = http.generic(method, path)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


@pytest.mark.requirement("B09")
def test_a_form_may_say_that_it_is_utf_8(http: Client, job: tuple[str, str]) -> None:
    body = f"grant_type=client_credentials&client_id={job[0]}&client_secret={job[1]}"
    for content_type in (f"{FORM}; charset=UTF-8", f'{FORM};charset="utf-8"', FORM.upper()):
        assert http.post("/o/token/", body, content_type=content_type).status_code == 200


@pytest.mark.requirement("B07")
def test_each_client_has_its_own_grant_types(
    browser_of_somebody: OAuthBrowser, app: Application, job: tuple[str, str], http: Client
) -> None:
    tokens = browser_of_somebody.tokens()
    code = browser_of_somebody.code()
    app.grant_types = ["refresh_token"]
    app.save()
    assert exchange(http, code).json()["error"] == "unauthorized_client"
    assert refresh(http, tokens["refresh_token"]).status_code == 200
    answer = post(http, "/o/token/", basic=job, grant_type="authorization_code", code=code)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    answer = post(http, "/o/token/", basic=job, grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.requirement("feature:F10")
def test_one_client_may_have_several_grant_types(browser_of_somebody: OAuthBrowser, http: Client) -> None:
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    _, secret = create_client(
        name="Shop", client_id="shop", redirect_uris=[CALLBACK], grant_types=grants, scopes="openid read"
    )
    code = browser_of_somebody.code(client_id="shop", scope="openid")
    basic = ("shop", secret)
    first = exchange_as(http, basic, code)
    assert first.status_code == 200
    token = first.json()["refresh_token"]
    assert (
        post(http, "/o/token/", basic=basic, grant_type="refresh_token", refresh_token=token).status_code
        == 200
    )
    assert post(http, "/o/token/", basic=basic, grant_type="client_credentials").status_code == 200


def exchange_as(http: Client, basic: tuple[str, str], code: str) -> Any:
    fields = {"redirect_uri": CALLBACK, "code": code, "code_verifier": "v" * 43}
    return post(http, "/o/token/", basic=basic, grant_type="authorization_code", **fields)


@pytest.mark.requirement("B07")
@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("read", "read"),
        ("write read", "write read"),
        (None, "read write"),
        ("read read", "read"),
        ("admin", None),
        ("nonsense", None),
        ("read openid", None),
        ("offline_access", None),
        ("read\x0bwrite", None),
    ],
)
def test_a_client_gets_scopes_of_its_own_list_for_itself(
    job: tuple[str, str], http: Client, asked: str | None, given: str | None
) -> None:
    answer = post(http, "/o/token/", basic=job, grant_type="client_credentials", scope=asked)
    if given is None:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
        assert "access_token" not in answer.json()
        return
    assert answer.status_code == 200
    assert set(answer.json()["scope"].split()) == set(given.split())
    assert set(decode(answer.json()["access_token"])["scope"].split()) == set(given.split())
    assert "refresh_token" not in answer.json()
    assert "id_token" not in answer.json()


@pytest.mark.requirement("B08")
def test_a_good_answer_has_what_the_standard_asks_for(job: tuple[str, str], http: Client) -> None:
    answer = post(http, "/o/token/", basic=job, grant_type="client_credentials")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Pragma"] == "no-cache"
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 900
    assert "Set-Cookie" not in answer
    assert "WWW-Authenticate" not in answer

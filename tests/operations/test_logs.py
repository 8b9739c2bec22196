"""The log: one line a request, an id in each, and no secret in any, whatever is asked and whatever goes wrong."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from accounts_app.models import User
from auth_server_django.logs.access import ACCESS, AccessFormatter
from auth_server_django.logs.redaction import scrub
from auth_server_django.logs.setup import formatter, log_settings
from tests.oauth import PASSWORD, PHONE, VERIFIER, OAuthBrowser, introspect, post, refresh

CANARY = "Canary-0123456789-abcdefghijklmnopqrstuvwxyz"
EMAIL = "canary.person@example.com"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the server writes, down to DEBUG, as it would in production."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("json"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    access = logging.getLogger(ACCESS)
    access_handler = logging.StreamHandler(stream)
    access_handler.setFormatter(AccessFormatter("json"))
    access.addHandler(access_handler)
    yield stream
    access.removeHandler(access_handler)
    root.removeHandler(handler)
    root.setLevel(level)


def parsed(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def access_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in parsed(stream) if line["logger"] == "auth_server_django.access"]


@pytest.mark.requirement("F74")
def test_a_request_is_one_line_with_route_app_and_id(
    browser_of_somebody: OAuthBrowser, app: object, lines: io.StringIO
) -> None:
    browser_of_somebody.client.get("/account/", headers={"X-Request-ID": "from-the-app-0123"})
    (page,) = access_lines(lines)
    assert (page["method"], page["route"], page["status"]) == ("GET", "/account/", 200)
    assert page["request_id"] == "from-the-app-0123"
    assert page["ip"] == "127.0.0.1"
    assert len(page["sid"]) == 36
    assert page["ms"] >= 0
    post(Client(), "/o/token/", client_id="notes", grant_type="refresh_token", refresh_token="x")
    post(Client(), "/o/token/", client_id="somebody-unknown", grant_type="refresh_token")
    known, unknown = access_lines(lines)[1:]
    assert known["client_id"] == "notes"
    assert "client_id" not in unknown, "what a stranger claims to be is not written down"


@pytest.mark.requirement("F74")
def test_probes_make_no_lines_and_the_setting_turns_the_rest_off(
    db: None, lines: io.StringIO, settings: Settings
) -> None:
    Client().get("/health/live")
    settings.ACCESS_LOG = False
    Client().get("/login/")
    assert access_lines(lines) == []


@pytest.mark.requirement("L03", "F74")
def test_no_secret_is_in_the_log_whatever_is_asked(
    browser_of_somebody: OAuthBrowser, somebody: User, app: object, api: tuple[str, str], lines: io.StringIO
) -> None:
    code = browser_of_somebody.code(state=CANARY)
    tokens = browser_of_somebody.tokens(scope="openid offline_access phone")
    renewed = refresh(Client(), tokens["refresh_token"]).json()
    introspect(Client(), tokens["access_token"], api)
    bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
    Client(headers=bearer).get("/o/userinfo/")
    post(Client(), "/o/revoke_token/", client_id="notes", token=renewed["refresh_token"])
    post(Client(), "/o/token/", basic=("notes", CANARY), grant_type="authorization_code", code=code)
    for path in ("/login/", "/signup/", "/password/forgot/email/", f"/login/social/{CANARY}/", "/o/device/"):
        Client().get(path, {"code": CANARY, "login_hint": PHONE, "email": EMAIL})
        Client().post(path, {"phone": PHONE, "email": EMAIL, "password": CANARY, "code": "493817"})
    Client().get(f"/{CANARY}/{PHONE}/")
    Client().get("/", headers={"Host": f"{CANARY}.example"})
    for path in ("/api/register/", "/api/login/", "/api/verify-otp/", "/api/auth/login"):
        body = {
            "mobile_number": PHONE,
            "phone": PHONE,
            "password": CANARY,
            "code": "493817",
            "session_id": CANARY,
        }
        Client().post(path, json.dumps(body), content_type="application/json", headers=bearer)
    _break_everything()
    text = lines.getvalue()
    secrets = [
        PHONE, PHONE[1:], PASSWORD, CANARY, CANARY.lower(), EMAIL, VERIFIER, "493817", code, api[1],
        somebody.password, browser_of_somebody.client.cookies["session"].value,
        *(str(answer[name]) for answer in (tokens, renewed) for name in ("access_token", "refresh_token", "id_token")
          if name in answer),
    ]  # fmt: skip
    assert [secret for secret in secrets if secret in text] == []
    assert len(access_lines(lines)) > 25
    assert any(line["level"] == "error" and "exception" in line for line in parsed(lines))


def _break_everything() -> None:
    """Errors bring their texts into tracebacks."""

    def fails(*args: object, **kwargs: object) -> object:
        detail = f"Key (phone)=({PHONE}) or ({EMAIL}) exists; password={CANARY} Bearer {CANARY}"
        raise DatabaseError(detail)

    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(fails):
        client.post("/login/", {"phone": PHONE, "password": CANARY})
        post(client, "/o/token/", client_id="notes", grant_type="authorization_code", code=CANARY)


@pytest.mark.requirement("L03")
@pytest.mark.parametrize("form", ["json", "text"])
def test_nobody_writes_a_line_of_their_own(form: str) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(form))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    evil = "first\r\n2026-11-21 ERROR root second\x1b[2J\u2028third\x85fourth"
    logger.warning("name %s", evil, extra={"fields": {"note": evil, "many": [evil, {"deep": evil}]}})
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


@pytest.mark.requirement("L03")
@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("GET /o/authorize/?code=abc123&state=x", "abc123"),
        ("{'password': 'correct horse', 'x': 1}", "correct horse"),
        ('{"client_secret": "s3cr3t!", "a": 1}', "s3cr3t!"),
        ("Authorization: Basic bm90ZXM6c2VjcmV0", "bm90ZXM6c2VjcmV0"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIiOiIxIn0"),
        ("call +976 9911-2233 now", "9911"),
        ("Duplicate entry '97699112233' for key", "97699112"),
        ("your number is 493817", "493817"),
        ("mail to bat.erdene@example.com", "erdene"),
        ("postgres://auth:hunter2@db/auth failed", "hunter2"),
        ("/password/forgot/email/q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ/", "q83vEjRWeJCr"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_any_text(text: str, gone: str) -> None:
    assert gone not in scrub(text)


def test_ordinary_words_stay_as_they_are() -> None:
    for text in (
        "route twilio keeps failing; left alone for 30 s",
        "OperationalError: connection to server at 10.1.2.3, port 5432 failed",
        "session 018f3c1e-9a4b-7cc1-8d52-0242ac120002 ended",
        "status_code=503 at 2026-11-21T17:09:20Z in custom_scopes_and_policies_app.endpoints.guard",
    ):
        assert scrub(text) == text


def test_a_misspelt_form_is_said() -> None:
    with pytest.raises(ValueError, match="LOG_FORMAT"):
        log_settings(level="INFO", form="yaml")

"""What a request may say of itself: its id in good shape, and nothing that only a trusted proxy may say."""

import pytest
from django.test import Client
from pytest_django import Settings

from obligations_app.models import OAuthTokenLog
from tests.oauth import post

PROXY = "10.0.0.7"


@pytest.mark.requirement("F74")
def test_the_callers_request_id_comes_back_and_goes_into_the_record(server: None) -> None:
    answer = post(Client(headers={"X-Request-ID": "from-the-app-0123"}), "/o/token/", grant_type="x")
    assert answer["X-Request-ID"] == "from-the-app-0123"
    assert OAuthTokenLog.objects.get(event="token.refused").request_id == "from-the-app-0123"


@pytest.mark.requirement("F74", "L03")
@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g h", "in\u0441yrillic-0123", "-leading-0123"]
)
def test_an_odd_request_id_is_replaced(given: str) -> None:
    answer = Client(HTTP_X_REQUEST_ID=given).get("/health/live")
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 16


@pytest.mark.requirement("login:F10", "F72")
def test_https_is_believed_from_a_trusted_proxy_only(db: None, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = [f"{PROXY}/32"]
    behind = Client(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")
    assert behind.get("/login/").status_code == 200
    stranger = Client(REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")
    redirect = stranger.get("/login/")
    assert redirect.status_code == 301
    assert redirect["Location"] == "https://testserver/login/"


@pytest.mark.requirement("login:F10", "F74")
def test_forwarding_headers_of_an_unnamed_proxy_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_HOST="evil.example")
    for _ in range(3):
        assert client.get("/health/live").status_code == 200
    told = [record for record in caplog.records if "TRUSTED_PROXIES" in record.getMessage()]
    assert len(told) == 1


@pytest.mark.requirement("L07")
def test_an_endless_address_is_refused() -> None:
    answer = Client().get("/login/?next=" + "x" * 20_000)
    assert answer.status_code == 414
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.requirement("L07")
def test_endless_headers_are_refused() -> None:
    answer = Client(HTTP_X_ANYTHING="x" * 40_000).get("/login/")
    assert answer.status_code == 431
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.requirement("L06")
@pytest.mark.parametrize("path", ["/", "/login/", "/nowhere/", "/admin/login/", "/api/docs"])
def test_every_page_brings_its_protective_headers(db: None, path: str) -> None:
    answer = Client().get(path)
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"

"""RFC 8628 §3.1 and §3.2: what a device asks and what it gets."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization
from obligations_app.models import OAuthTokenLog
from tests.oauth import post
from tests.spec.rfc8628.devices import ASK, DEVICE_CODE, Television

pytestmark = pytest.mark.requirement("feature:F04")


def test_a_device_gets_two_codes_and_is_told_where_to_send_its_person(tv: Television) -> None:
    answer = tv.ask()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    codes = answer.json()
    assert set(codes) == {
        "device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval",
    }  # fmt: skip
    assert len(codes["device_code"]) >= 43
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", codes["user_code"])
    assert codes["verification_uri"].endswith("/o/device/")
    assert codes["verification_uri_complete"].endswith(f"/o/device/?user_code={codes['user_code']}")
    assert (codes["expires_in"], codes["interval"]) == (600, 5)


@pytest.mark.requirement("A13")
def test_neither_code_is_in_the_database_or_the_record(tv: Television) -> None:
    codes = tv.ask().json()
    written = str(list(DeviceAuthorization.objects.values())) + str(list(OAuthTokenLog.objects.values()))
    assert codes["device_code"] not in written
    assert codes["user_code"] not in written
    assert codes["user_code"].replace("-", "") not in written
    assert OAuthTokenLog.objects.get(event="device.requested").client_id == "tv"


def test_every_device_has_codes_of_its_own(tv: Television) -> None:
    answers = [tv.ask().json() for _ in range(5)]
    assert len({answer["device_code"] for answer in answers}) == 5
    assert len({answer["user_code"] for answer in answers}) == 5


BAD: list[tuple[dict[str, str | None], int, str]] = [
    ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"client_id": None}, 401, "invalid_client"),
    ({"client_secret": "a public client has none"}, 401, "invalid_client"),
    ({"client_id": "web"}, 400, "unauthorized_client"),
    ({"scope": "openid nonsense"}, 400, "invalid_scope"),
    ({"scope": "admin"}, 400, "invalid_scope"),
]


@pytest.mark.requirement("B05", "B08")
@pytest.mark.parametrize(("changes", "status", "error"), BAD, ids=[str(row[0]) for row in BAD])
def test_a_bad_request_is_refused_in_the_standards_terms(
    tv: Television, changes: dict[str, str | None], status: int, error: str
) -> None:
    create_client(name="Web", client_id="web", is_public=True, redirect_uris=["https://web.example/"])
    answer = tv.ask(**changes)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer["Cache-Control"] == "no-store"
    assert "device_code" not in answer.json()
    assert not DeviceAuthorization.objects.exists()
    assert OAuthTokenLog.objects.filter(event="authorization.refused").count() == 1


@pytest.mark.requirement("B05")
def test_a_confidential_device_proves_itself_here_and_at_the_token_endpoint(server: None) -> None:
    create_client(name="Kiosk", client_id="kiosk", client_secret="k" * 40, grant_types=[DEVICE_CODE])
    stranger = Television(client_id="kiosk")
    assert stranger.ask().json()["error"] == "invalid_client"
    thief = Television(client_id="kiosk", basic=("kiosk", "wrong"))
    refused = thief.ask()
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Basic ")
    kiosk = Television(client_id="kiosk", basic=("kiosk", "k" * 40))
    assert kiosk.ask().status_code == 200
    assert kiosk.error() == "authorization_pending"
    stranger.codes = kiosk.codes
    assert stranger.poll().status_code == 401


@pytest.mark.requirement("B09")
@pytest.mark.parametrize(
    ("method", "body", "kind", "status"),
    [
        ("get", "", "application/x-www-form-urlencoded", 405),
        ("post", '{"client_id":"tv"}', "application/json", 415),
        ("post", "client_id=tv&client_id=tv", "application/x-www-form-urlencoded", 400),
        ("post", "client_id=tv&scope=openid&scope=phone", "application/x-www-form-urlencoded", 400),
        ("post", "client_id=tv&scope=%00", "application/x-www-form-urlencoded", 400),
        ("post", "client_id=tv&scope=" + "x" * 70_000, "application/x-www-form-urlencoded", 413),
        ("post", b"\xff\xfe", "application/x-www-form-urlencoded", 400),
    ],
)
def test_only_a_plain_form_is_read(tv: Television, method: str, body: Any, kind: str, status: int) -> None:
    answer = tv.http.generic(method.upper(), ASK, body, content_type=kind)
    assert answer.status_code == status
    assert answer.json()["error"] == "invalid_request"
    assert not DeviceAuthorization.objects.exists()


def test_a_request_without_scopes_gets_the_usual_ones(tv: Television) -> None:
    assert tv.ask(scope=None).status_code == 200
    assert DeviceAuthorization.objects.get().scope == "openid"


def test_a_disabled_app_gets_no_codes(tv: Television, tv_app: Application) -> None:
    tv_app.is_enabled = False
    tv_app.save()
    assert tv.ask().json()["error"] == "invalid_client"


@pytest.mark.requirement("B08")
@pytest.mark.usefixtures("standing_still")
def test_an_address_that_asks_too_often_waits_and_others_do_not(tv: Television, settings: Settings) -> None:
    settings.DEVICE_REQUESTS_PER_ADDRESS = 2
    assert [tv.ask().status_code for _ in range(2)] == [200, 200]
    refused = tv.ask()
    assert refused.status_code == 429
    assert refused.json()["error"] == "temporarily_unavailable"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert DeviceAuthorization.objects.count() == 2
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert post(elsewhere, ASK, client_id="tv").status_code == 200


@pytest.mark.usefixtures("standing_still")
def test_an_app_s_devices_together_have_a_ceiling(tv: Television, settings: Settings) -> None:
    settings.DEVICE_REQUESTS_PER_CLIENT = 2
    addresses = ["198.51.100.1", "198.51.100.2", "198.51.100.3"]
    answers = [post(Client(REMOTE_ADDR=address), ASK, client_id="tv").status_code for address in addresses]
    assert answers == [200, 200, 429]


@pytest.mark.requirement("D12")
def test_discovery_names_the_endpoint_and_the_grant(tv: Television) -> None:
    metadata = tv.http.get("/.well-known/oauth-authorization-server").json()
    assert metadata["device_authorization_endpoint"].endswith(ASK)
    assert DEVICE_CODE in metadata["grant_types_supported"]

"""What holds for every operation, asked of each by its own description; and the doors that no other test enters."""

import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from mfa_app.models import Passkey
from sessions_app.models import Device, SsoSession
from social_login_app.models import SocialIdentity
from tests.api.conftest import send, signed_in
from tests.api.document import Operation, all_operations
from tests.oauth import decode
from tests.phone_api.app import assert_problem

REFRESH, PASSKEYS, LINKS = "/api/auth/token/refresh/", "/api/auth/passkeys/", "/api/auth/social/links/"
PROVIDERS = (
    '[{"id": "github", "kind": "github", "label": "GitHub", "client_id": "app", "client_secret": "s", '
    '"app_redirect_uris": ["com.example.notes:/signed-in"]}]'
)
pytestmark = [pytest.mark.requirement("F29")]


def of_people() -> list[Operation]:
    return [each for each in all_operations() if each.facts["security"] and not each.is_protocol]


@pytest.mark.requirement("B10", "B08")
def test_no_operation_takes_a_token_from_the_address(tokens: dict[str, Any]) -> None:
    for operation in of_people():
        path = f"{operation.example_path}?access_token={tokens['access_token']}"
        answer = send(operation.method, path, **operation.example_body)
        assert_problem(answer, 401, "invalid_token")
        assert answer["WWW-Authenticate"].startswith("Bearer"), operation
        assert "no-store" in answer["Cache-Control"], operation
    assert SsoSession.objects.filter(ended_at__isnull=True).exists()


def test_every_address_refuses_other_methods_and_names_its_own(server: None) -> None:
    known: dict[str, set[str]] = {}
    for operation in all_operations():
        known.setdefault(operation.example_path, set()).add(operation.method)
    for path, methods in known.items():
        for method in {"get", "post", "put", "patch", "delete"} - methods:
            answer = send(method, path)
            assert_problem(answer, 405, "method_not_allowed")
            assert {name.strip().lower() for name in answer["Allow"].split(",")} == methods, path


def test_a_refresh_by_json_rotates_the_token(tokens: dict[str, Any]) -> None:
    answer = send("post", REFRESH, refresh_token=tokens["refresh_token"])
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    renewed = answer.json()
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert decode(renewed["access_token"])["sid"] == decode(tokens["access_token"])["sid"]
    assert send("get", "/api/auth/sessions/", token=renewed["access_token"]).status_code == 200


@pytest.mark.requirement("D04")
def test_a_used_refresh_token_ends_the_sign_in_here_too(tokens: dict[str, Any]) -> None:
    newest = tokens
    for _ in range(2):
        newest = send("post", REFRESH, refresh_token=newest["refresh_token"]).json()
    assert_problem(send("post", REFRESH, refresh_token=tokens["refresh_token"]), 400, "invalid_grant")
    assert_problem(send("post", REFRESH, refresh_token=newest["refresh_token"]), 400, "invalid_grant")
    assert_problem(send("post", REFRESH, refresh_token="made-up&client_id=notes"), 400, "invalid_grant")


def test_logging_out_ends_this_sign_in_and_no_other(somebody: Any, tokens: dict[str, Any]) -> None:
    other = signed_in(somebody, device="cd" * 32)
    answer = send("post", "/api/auth/logout/", token=tokens["access_token"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert_problem(send("get", "/api/auth/sessions/", token=tokens["access_token"]), 401, "invalid_token")
    assert_problem(send("post", REFRESH, refresh_token=tokens["refresh_token"]), 400, "invalid_grant")
    assert send("get", "/api/auth/sessions/", token=other["access_token"]).status_code == 200


def test_devices_are_listed_with_the_sign_ins_on_them(somebody: Any, tokens: dict[str, Any]) -> None:
    signed_in(somebody, device="cd" * 32)
    signed_in(somebody, device="cd" * 32)
    listed = send("get", "/api/auth/devices/", token=tokens["access_token"]).json()
    assert [(each["is_current"], each["sign_ins"]) for each in listed] == [(False, 2), (True, 1)]
    assert {each["id"] for each in listed} == {str(pk) for pk in Device.objects.values_list("pk", flat=True)}
    assert "browser_hash" not in listed[0]


def test_somebody_elses_passkey_does_not_exist(tokens: dict[str, Any]) -> None:
    token = tokens["access_token"]
    assert send("get", PASSKEYS, token=token).json() == []
    path = f"{PASSKEYS}{uuid.uuid4()}/"
    assert_problem(send("patch", path, token=token, name="mine"), 404, "not_found")
    assert_problem(send("delete", path, token=token), 404, "not_found")
    assert not Passkey.objects.exists()


class TestConnectedProviders:
    @pytest.fixture(autouse=True)
    def providers(self, settings: Settings) -> None:
        settings.SOCIAL_PROVIDERS = PROVIDERS

    @pytest.fixture
    def link(self, somebody: Any) -> SocialIdentity:
        return SocialIdentity.objects.create(
            user=somebody, issuer="https://github.com", subject="4711", label="oyun"
        )

    def test_they_are_listed_and_taken_off(self, tokens: dict[str, Any], link: SocialIdentity) -> None:
        token = tokens["access_token"]
        (listed,) = send("get", LINKS, token=token).json()
        assert (listed["id"], listed["provider"], listed["known_as"]) == (str(link.pk), "GitHub", "oyun")
        assert "subject" not in listed
        assert send("delete", f"{LINKS}{link.pk}/", token=token).status_code == 204
        assert_problem(send("delete", f"{LINKS}{link.pk}/", token=token), 404, "not_found")
        assert not SocialIdentity.objects.exists()

    def test_an_old_sign_in_changes_nothing(self, tokens: dict[str, Any], link: SocialIdentity) -> None:
        SsoSession.objects.update(auth_time="2020-01-01T00:00:00Z")
        token = tokens["access_token"]
        assert_problem(send("delete", f"{LINKS}{link.pk}/", token=token), 403, "fresh_login_required")
        started = send(
            "post",
            "/api/auth/social/github/link/start/",
            token=token,
            redirect_uri="com.example.notes:/signed-in",
        )
        assert_problem(started, 403, "fresh_login_required")
        assert SocialIdentity.objects.filter(pk=link.pk).exists()

    @pytest.mark.requirement("J03")
    def test_what_was_begun_to_connect_is_no_sign_in_and_is_nobody_elses(
        self, somebody: Any, tokens: dict[str, Any]
    ) -> None:
        path = "/api/auth/social/github/"
        uri = {"redirect_uri": "com.example.notes:/signed-in"}
        started = send("post", f"{path}link/start/", token=tokens["access_token"], **uri).json()
        state = started["authorization_url"].split("state=")[1].split("&")[0]
        answer = {"session_id": started["session_id"], "state": state, "code": "a-code"}
        assert_problem(send("post", f"{path}finish/", **answer), 400, "attempt_gone")
        other = signed_in(somebody, device="cd" * 32)["access_token"]
        assert_problem(send("post", f"{path}link/finish/", token=other, **answer), 400, "attempt_gone")
        sign_in = send("post", f"{path}start/", **uri).json()
        state = sign_in["authorization_url"].split("state=")[1].split("&")[0]
        crossed = {"session_id": sign_in["session_id"], "state": state, "code": "a-code"}
        refused = send("post", f"{path}link/finish/", token=tokens["access_token"], **crossed)
        assert_problem(refused, 400, "attempt_gone")
        assert not SocialIdentity.objects.exists()


def test_the_page_to_try_things_out_is_ours_alone(client: Client, server: None) -> None:
    page = client.get("/api/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "https://" not in text
    assert "css/api_docs.css" in text
    assert " style=" not in text
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    assert "RateLimit" in page

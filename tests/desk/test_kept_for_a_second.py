"""What a process keeps in memory is a second old at most: changes of another process, which tells nobody, are seen."""

import base64
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.client_secrets import store_secret
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, PolicyLevel, Scope
from jwt_app.keys import active_key
from jwt_app.models import SigningKey
from tests.oauth import OAuthBrowser, introspect, post, refresh

ASecondPasses = Callable[[], None]


@pytest.fixture
def a_second_passes(monkeypatch: pytest.MonkeyPatch) -> ASecondPasses:
    """The clock by which memories grow old goes on by a second, for everybody in this process."""
    real, late = time.monotonic, [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: real() + late[0])

    def passes() -> None:
        late[0] += 1.0

    return passes


@pytest.fixture
def robot(server: None) -> tuple[str, str]:
    _, secret = create_client(name="Robot", client_id="robot", scopes="read write")
    return "robot", secret


def ask(robot: tuple[str, str]) -> Any:
    return post(Client(), "/o/token/", basic=robot, grant_type="client_credentials")


def app_named(name: str) -> Any:
    """Its row, to be changed without a word to this process: no signal is sent."""
    return Application.objects.filter(client_id=name)


@pytest.mark.requirement("R01")
def test_a_secret_that_was_changed_is_worth_nothing(
    robot: tuple[str, str], a_second_passes: ASecondPasses
) -> None:
    assert ask(robot).status_code == 200
    app_named("robot").update(client_secrets=[dict(store_secret("another secret"))])
    a_second_passes()
    assert ask(robot).json()["error"] == "invalid_client"
    assert ask(("robot", "another secret")).status_code == 200


@pytest.mark.requirement("R01")
def test_a_scope_taken_from_an_app_is_not_given_any_more(
    robot: tuple[str, str], a_second_passes: ASecondPasses
) -> None:
    assert ask(robot).json()["scope"] == "read write"
    app_named("robot").update(allowed_scopes="read")
    a_second_passes()
    assert ask(robot).json()["scope"] == "read"


def test_a_scope_that_becomes_restricted_is_not_given_any_more(
    browser_of_somebody: OAuthBrowser, app: Application, a_second_passes: ASecondPasses
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid profile phone")
    again = refresh(Client(), tokens["refresh_token"]).json()
    assert again["scope"] == "openid profile phone"
    Scope.objects.filter(name="phone").update(is_restricted=True)
    a_second_passes()
    last = refresh(Client(), again["refresh_token"]).json()
    assert last["scope"] == "openid profile"


def test_a_group_that_an_app_is_now_for_keeps_the_others_out(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User, a_second_passes: ASecondPasses
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid profile")
    again = refresh(Client(), tokens["refresh_token"]).json()
    Application.allowed_groups.through.objects.create(
        application_id=app.pk, group_id=Group.objects.create(name="Testers").pk
    )
    a_second_passes()
    assert refresh(Client(), again["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.requirement("C10", "R01")
def test_a_key_that_another_process_revoked_verifies_no_token_that_was_seen(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], a_second_passes: ASecondPasses
) -> None:
    token = browser_of_somebody.tokens(scope="openid profile")["access_token"]
    for _ in range(2):
        assert introspect(Client(), token, api)["active"] is True
    SigningKey.objects.filter(kid=active_key(str(app.algorithm)).kid).update(
        state=SigningKey.State.REVOKED, active_slot=None, verify_until=timezone.now(), hints_until=None
    )
    a_second_passes()
    assert introspect(Client(), token, api) == {"active": False}
    answer = Client(HTTP_AUTHORIZATION=f"Bearer {token}").get("/o/userinfo/")
    assert answer.status_code == 401


def test_a_claim_that_a_level_hides_from_now_on_is_not_told_any_more(
    browser_of_somebody: OAuthBrowser, app: Application, a_second_passes: ASecondPasses
) -> None:
    token = browser_of_somebody.tokens(scope="openid phone")["access_token"]
    http = Client(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert "phone_number" in http.get("/o/userinfo/").json()
    PolicyLevel.objects.filter(scope__name="phone").update(claim_filter={"phone_number": "omit"})
    a_second_passes()
    assert "phone_number" not in http.get("/o/userinfo/").json()


@pytest.mark.requirement("I04")
def test_what_userinfo_tells_of_a_person_is_never_kept(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User
) -> None:
    token = browser_of_somebody.tokens(scope="openid profile")["access_token"]
    http = Client(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert http.get("/o/userinfo/").json()["given_name"] == "Oyun"
    User.objects.filter(pk=somebody.pk).update(given_name="Oyunaa")
    assert http.get("/o/userinfo/").json()["given_name"] == "Oyunaa"
    User.objects.filter(pk=somebody.pk).update(is_active=False)
    assert http.get("/o/userinfo/").status_code == 401


@pytest.mark.requirement("L07")
@pytest.mark.parametrize("field", ["extra_credentials", "user", "client", "scopes", "grant", "call", "plan"])
def test_a_field_of_the_form_never_stands_for_what_the_server_knows(
    robot: tuple[str, str], field: str
) -> None:
    answer = Client().post(
        "/o/token/",
        urlencode({"grant_type": "client_credentials", "scope": "read", field: "intruder"}),
        "application/x-www-form-urlencoded",
        HTTP_AUTHORIZATION="Basic " + base64.b64encode(":".join(robot).encode()).decode(),
    )
    assert answer.status_code == 200
    assert answer.json()["scope"] == "read"
    assert "intruder" not in answer.content.decode()


def test_a_credential_that_is_no_text_is_refused_and_nothing_breaks(robot: tuple[str, str]) -> None:
    odd = "Basic " + base64.b64encode(b"robot:\xff\xfe").decode()
    answer = Client().post("/o/token/", "grant_type=client_credentials", "application/x-www-form-urlencoded",
                           HTTP_AUTHORIZATION=odd)  # fmt: skip
    assert answer.json()["error"] == "invalid_client"

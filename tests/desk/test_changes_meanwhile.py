"""What an operator changes while somebody is on the way: apps, scopes, levels, passwords. Nothing stale is honoured."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application, PolicyLevel, RefreshToken, Scope
from custom_scopes_and_policies_app.scopes import forget_catalogue
from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, introspect, post, refresh
from tests.operators import sign_in_operator


@pytest.mark.requirement("A14", "B07")
@pytest.mark.parametrize(
    "change",
    [
        {"is_enabled": False},
        {"redirect_uris": "https://notes.example/elsewhere"},
        {"allowed_scopes": "openid"},
    ],
)
def test_a_pending_request_is_not_finished_for_an_app_that_may_not_ask_it_any_more(
    browser_of_somebody: OAuthBrowser, app: Application, change: dict[str, Any]
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    for name, value in change.items():
        setattr(app, name, value)
    app.save()
    answer = browser_of_somebody.client.get(location.replace("/o/consent/", "/o/authorize/"))
    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.requirement("I04")
def test_a_disabled_or_deleted_app_has_no_live_tokens(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens()
    client = browser_of_somebody.client
    assert introspect(client, tokens["access_token"], api)["active"] is True
    app.is_enabled = False
    app.save()
    assert introspect(client, tokens["access_token"], api) == {"active": False}
    assert refresh(client, tokens["refresh_token"]).status_code == 401
    app.delete()
    assert introspect(client, tokens["access_token"], api) == {"active": False}


@pytest.mark.requirement("I04", "D06")
def test_a_deleted_person_has_no_live_tokens(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], somebody: User
) -> None:
    tokens = browser_of_somebody.tokens()
    assert introspect(Client(), tokens["access_token"], api)["active"] is True
    somebody.delete()
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}


@pytest.mark.requirement("K02", "D07")
def test_a_level_that_is_gone_never_releases_more(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens()
    PolicyLevel.objects.filter(scope__name="phone", value="masked").delete()
    header: Any = {"HTTP_AUTHORIZATION": f"Bearer {tokens['access_token']}"}
    PolicyLevel.objects.filter(scope__name="phone").update(claim_filter={"phone_number": "mask"})
    claims = browser_of_somebody.client.get("/o/userinfo/", **header).json()
    assert "phone_number" not in claims
    assert browser_of_somebody.authorize()["Location"].startswith("/o/consent/")


def test_registrations_that_would_break_an_endpoint_are_refused_at_save(app: Application) -> None:
    for field, value in (
        ("response_types", 5),
        ("grant_types", {"a": 1}),
        ("allowed_origins", "http://[::1"),
        ("redirect_uris", "https://ü.example/callback"),
        ("required_acr", "aal9"),
    ):
        client = Application.objects.get()
        setattr(client, field, value)
        with pytest.raises(ValidationError) as refused:
            client.full_clean()
        assert field in refused.value.message_dict
    for claims in (5, [1, 2], {"a": 1}):
        with pytest.raises(ValidationError):
            Scope(name="x", label="x", claims=claims).full_clean()
    with pytest.raises(ValidationError):
        PolicyLevel(
            scope=Scope.objects.get(name="phone"),
            value="x",
            label="x",
            rank=9,
            claim_filter={"phone_number": "mask"},
        ).full_clean()


@pytest.mark.requirement("C13", "login:F14")
def test_a_recovery_started_by_an_operator_signs_everybody_out_and_ends_the_password(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], somebody: User
) -> None:
    tokens = browser_of_somebody.tokens()
    operator = Client()
    sign_in_operator(operator)
    answer = operator.post(f"/admin/accounts_app/user/{somebody.pk}/act/recovery/", {"choice": "email"})
    assert answer.status_code == 302, answer.content.decode()
    assert SsoSession.objects.get(user=somebody).end_reason == "operator"
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}
    assert browser_of_somebody.authorize()["Location"].startswith("/login/")
    assert browser_of_somebody.sign_in(PHONE, PASSWORD).status_code != 303


@pytest.mark.requirement("C14")
def test_staying_connected_can_be_declined(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    tokens = browser_of_somebody.tokens(scope="openid offline_access", consent={"scope": ["openid"]})
    assert tokens["scope"] == "openid"
    assert "refresh_token" not in tokens
    kept = browser_of_somebody.tokens(scope="openid offline_access", prompt="consent")
    assert "refresh_token" in kept
    assert RefreshToken.objects.filter(has_refresh_token=False).count() == 1


@pytest.mark.requirement("I05")
def test_an_apps_own_logout_form_goes_round_once_by_get(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens()
    posted = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://notes.example/bye"}
    across = Client().post("/o/logout/", posted)
    assert across.status_code == 303
    assert across["Location"].startswith("/o/logout/?id_token_hint=")
    done = browser_of_somebody.client.get(across["Location"])
    assert done["Location"] == "https://notes.example/bye"
    assert SsoSession.objects.get().ended_at is not None


@pytest.mark.requirement("B09", "L07")
def test_a_body_that_is_far_too_large_is_told_so_in_json(app: Application) -> None:
    answer = Client().post(
        "/o/token/", "a=" + "x" * 300_000, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert answer.json()["error"] == "invalid_request"
    long = Client().post("/o/authorize/", {"client_id": "notes", "state": "s" * 50_000})
    assert long.status_code == 400
    assert "Location" not in long


@pytest.mark.requirement("B05", "E01")
def test_a_stranger_learns_nothing_about_a_token(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    tokens = browser_of_somebody.tokens()
    callers: list[dict[str, Any]] = [{"client_id": "notes"}, {"client_id": "nobody", "client_secret": "x"}]
    for caller in callers:
        answer = post(Client(), "/o/introspect/", token=tokens["access_token"], **caller)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
        assert "sub" not in answer.json()


@pytest.mark.requirement("F52")
def test_a_scope_that_wants_a_second_factor_is_never_given_where_none_is_installed(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Any
) -> None:
    settings.STEP_UP_URL = ""
    Scope.objects.filter(name="write").update(approval=Scope.Approval.STEP_UP)
    forget_catalogue()
    answer = browser_of_somebody.authorize(scope="openid write")
    assert answer.status_code == 303
    assert "error=unmet_authentication_requirements" in answer["Location"]
    assert "code=" not in answer["Location"]

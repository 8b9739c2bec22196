"""The admin's form of an app: a kind fills it in, and what would not work is refused beside its field."""

from typing import Any

import pytest
from django.test import override_settings

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, Scope
from custom_scopes_and_policies_app.models.application import DEVICE_CODE
from custom_scopes_and_policies_app.scopes import forget_catalogue
from obligations_app.models import OAuthTokenLog
from tests.clients.conftest import APPS, Operator
from tests.oauth import CALLBACK

pytestmark = pytest.mark.requirement("feature:F10")


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200, answer.content.decode()
    errors: dict[str, list[str]] = answer.context["adminform"].form.errors
    return dict(errors)


def test_adding_starts_with_the_kind_of_app(operator: Operator) -> None:
    page = operator.http.get(f"{APPS}add/")
    assert page.status_code == 200
    for kind in ("web", "spa", "native", "machine", "api", "device"):
        assert f'href="?kind={kind}"' in page.content.decode()
    assert operator.http.get(f"{APPS}add/?kind=nonsense").context["kinds"]
    assert Application.objects.count() == 0


KINDS = [
    ("web", "confidential", "client_secret_basic", ["authorization_code", "refresh_token"]),
    ("spa", "public", "none", ["authorization_code", "refresh_token"]),
    ("native", "public", "none", ["authorization_code", "refresh_token"]),
    ("machine", "confidential", "client_secret_basic", ["client_credentials"]),
    ("api", "confidential", "client_secret_basic", ["client_credentials"]),
    ("device", "public", "none", ["refresh_token", DEVICE_CODE]),
]


@pytest.mark.parametrize(("kind", "client_type", "method", "grants"), KINDS, ids=[row[0] for row in KINDS])
def test_a_kind_needs_no_more_than_a_name_and_an_address(
    operator: Operator, kind: str, client_type: str, method: str, grants: list[str]
) -> None:
    uris = CALLBACK if "authorization_code" in grants else ""
    operator.add(kind, name="Notes", redirect_uris=uris)
    app = Application.objects.get()
    assert (app.client_type, app.token_endpoint_auth_method, app.grant_types) == (client_type, method, grants)
    assert app.is_pkce_required
    assert app.is_enabled
    assert app.response_types == ["code"]
    assert app.may_introspect == (kind == "api")
    assert len(app.client_secrets) == (1 if client_type == "confidential" else 0)
    assert OAuthTokenLog.objects.filter(event="client.created", client_id=app.client_id).count() == 1


def test_ticks_lines_and_units_are_stored_as_the_protocol_wants_them(operator: Operator) -> None:
    operator.add(
        "spa",
        name="Notes",
        redirect_uris=f"{CALLBACK}\r\n\r\ncom.example.notes:/callback",
        allowed_origins="https://notes.example\r\nhttp://localhost:3000",
        audiences="https://api.example\nhttps://files.example",
        allowed_countries="MN\nUA",
        allowed_scopes=["profile", "openid"],
        access_token_lifetime_0="5",
        access_token_lifetime_1="60",
        required_acr="aal2",
    )
    app = Application.objects.get()
    assert app.redirect_uris == f"{CALLBACK} com.example.notes:/callback"
    assert app.allowed_origins == "https://notes.example http://localhost:3000"
    assert app.audiences == "https://api.example https://files.example"
    assert app.allowed_countries == "MN UA"
    assert app.allowed_scopes == "openid profile"
    assert app.access_token_lifetime == 300
    assert app.refresh_token_lifetime is None
    assert app.required_acr == "aal2"


def test_saving_the_form_as_it_is_changes_nothing(operator: Operator) -> None:
    create_client(
        name="Job", client_id="job", scopes="read write", redirect_uris=[CALLBACK, "https://b.example/"],
        origins=["https://notes.example"],
    )  # fmt: skip
    app = Application.objects.get()
    before = Application.objects.values().get()
    answer = operator.change(app)
    assert answer.status_code == 302, errors_of(answer)
    after = Application.objects.values().get()
    assert {**after, "updated": None} == {**before, "updated": None}
    assert OAuthTokenLog.objects.get(event="client.changed").subject == ""


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"redirect_uris": ""}, "redirect_uris"),
    ({"redirect_uris": "https://notes.example/#part"}, "redirect_uris"),
    ({"redirect_uris": "https://*.example/callback"}, "redirect_uris"),
    ({"redirect_uris": "http://notes.example/callback"}, "redirect_uris"),
    ({"redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
    ({"redirect_uris": "notes:/callback"}, "redirect_uris"),
    ({"redirect_uris": "https://user@notes.example/"}, "redirect_uris"),
    ({"redirect_uris": "https://notes.example:port/"}, "redirect_uris"),
    ({"redirect_uris": "/callback"}, "redirect_uris"),
    ({"post_logout_redirect_uris": "https://notes.example/#x"}, "post_logout_redirect_uris"),
    ({"allowed_origins": "https://notes.example/"}, "allowed_origins"),
    ({"allowed_origins": "https://notes.example:443"}, "allowed_origins"),
    ({"allowed_origins": "https://Notes.example"}, "allowed_origins"),
    ({"allowed_origins": "http://notes.example"}, "allowed_origins"),
    ({"allowed_origins": "https://*.example"}, "allowed_origins"),
    ({"allowed_origins": "null"}, "allowed_origins"),
    ({"allowed_origins": "*"}, "allowed_origins"),
    ({"audiences": "https://api.example/#x"}, "audiences"),
    ({"allowed_countries": "mn"}, "allowed_countries"),
    ({"allowed_countries": "MN XX"}, "allowed_countries"),
    ({"allowed_scopes": ["openid", "nonsense"]}, "allowed_scopes"),
    ({"grant_types": []}, "grant_types"),
    ({"grant_types": ["implicit"]}, "grant_types"),
    ({"grant_types": ["client_credentials"]}, "grant_types"),
    ({"response_modes": []}, "response_modes"),
    ({"response_modes": ["fragment"]}, "response_modes"),
    ({"required_acr": "aal9"}, "required_acr"),
    ({"algorithm": "none"}, "algorithm"),
    ({"is_pkce_required": None}, "is_pkce_required"),
    ({"may_introspect": "on"}, "may_introspect"),
    ({"access_token_lifetime_0": "1", "access_token_lifetime_1": "1"}, "access_token_lifetime"),
    ({"access_token_lifetime_0": "2", "access_token_lifetime_1": "86400"}, "access_token_lifetime"),
    ({"refresh_token_idle_0": "31", "refresh_token_idle_1": "86400"}, "refresh_token_idle"),
    ({"logo_url": "http://notes.example/logo.png"}, "logo_url"),
    ({"site_url": "javascript:alert(1)"}, "site_url"),
    ({"backchannel_logout_uri": "http://notes.example/out"}, "backchannel_logout_uri"),
    ({"backchannel_logout_uri": "https://notes.example/#out"}, "backchannel_logout_uri"),
    ({"frontchannel_logout_uri": "https://user@notes.example/"}, "frontchannel_logout_uri"),
    ({"client_id": ""}, "client_id"),
]


@pytest.mark.requirement("A01", "B07")
@override_settings(DEBUG=False)
def test_what_would_not_work_is_refused_beside_its_field(operator: Operator) -> None:
    good: dict[str, Any] = {"name": "Notes", "redirect_uris": CALLBACK}
    found = [list(errors_of(operator.add("spa", **{**good, **changes}))) for changes, _field in BAD]
    assert list(zip([changes for changes, _field in BAD], found, strict=True)) == [
        (changes, [field]) for changes, field in BAD
    ]
    assert Application.objects.count() == 0
    assert not OAuthTokenLog.objects.filter(event="client.created").exists()


def test_a_scope_that_no_longer_exists_is_shown_and_never_widens_the_app(operator: Operator) -> None:
    create_client(name="Job", client_id="job", scopes="read")
    app = Application.objects.get()
    Scope.objects.filter(name="read").delete()
    forget_catalogue()
    answer = operator.change(app)
    assert list(errors_of(answer)) == ["allowed_scopes"]
    assert "read: no longer exists" in answer.content.decode()
    assert Application.objects.get().allowed_scopes == "read"


def test_the_id_of_an_app_cannot_be_changed(operator: Operator) -> None:
    create_client(name="Job", client_id="job")
    operator.change(Application.objects.get(), client_id="other")
    assert Application.objects.get().client_id == "job"


def test_a_form_sent_twice_makes_one_app(operator: Operator) -> None:
    for _ in range(2):
        answer = operator.add("machine", name="Job", client_id="job")
    assert list(errors_of(answer)) == ["client_id"]
    assert Application.objects.count() == 1

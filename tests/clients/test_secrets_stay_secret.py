"""Every page of the admin, every answer of the API and every row is searched for secrets that are known (E04)."""

import json
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.clients.conftest import Operator
from tests.oauth import CALLBACK, OAuthBrowser, post

SECRET = "a-secret-that-is-easy-to-find-again"


@pytest.fixture
def secrets(browser_of_somebody: OAuthBrowser, operator: Operator, app: Application) -> list[str]:
    """A client secret, a code and tokens in use, and the digests by which they are known."""
    client, _ = create_client(name="Shop", client_id="shop", client_secret=SECRET, redirect_uris=[CALLBACK])
    code = browser_of_somebody.code()
    tokens = browser_of_somebody.tokens()
    assert post(Client(), "/o/token/", basic=("shop", "wrong"), grant_type="refresh_token").status_code == 401
    return [SECRET, client.client_secrets[0]["digest"], code, tokens["access_token"], tokens["refresh_token"]]


def admin_pages(http: Client) -> Iterator[tuple[str, str]]:
    """Every list, form, history and deletion page there is, with its text."""
    yield "index", http.get(reverse("admin:index")).content.decode()
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        urls = [reverse(f"{name}_changelist")]
        for pk in model._default_manager.values_list("pk", flat=True)[:3]:
            for page in ("change", "history", "delete", "secrets", "switch"):
                try:
                    urls.append(reverse(f"{name}_{page}", args=[pk]))
                except NoReverseMatch:
                    continue
        for url in urls:
            yield url, http.get(url).content.decode()


@pytest.mark.requirement("E04", "B06", "C06")
def test_no_page_of_the_admin_shows_a_secret(operator: Operator, secrets: list[str]) -> None:
    seen = dict(admin_pages(operator.http))
    assert any("/application/" in url and url.endswith("/secrets/") for url in seen)
    for url, text in seen.items():
        assert [secret for secret in secrets if secret in text] == [], url


@pytest.mark.requirement("E04")
def test_no_answer_of_the_api_and_no_page_of_mine_shows_a_secret(
    browser_of_somebody: OAuthBrowser, secrets: list[str], api: tuple[str, str]
) -> None:
    http = browser_of_somebody.client
    for path in (
        "/", "/account/", "/account/apps/", "/account/sessions/", "/api/openapi.json", "/api/docs",
        "/.well-known/openid-configuration", "/.well-known/jwks.json", "/o/userinfo/",
    ):  # fmt: skip
        text = http.get(path).content.decode()
        assert [secret for secret in secrets if secret in text] == [], path
    told = post(Client(), "/o/introspect/", basic=api, token=secrets[-1]).content.decode()
    assert '"active":true' in told
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.requirement("E04", "C06", "B06")
def test_no_column_of_the_database_holds_a_secret_in_clear(secrets: list[str], somebody: User) -> None:
    clear = [secret for secret in secrets if len(secret) != 64]
    for model in apps.get_models():
        if model._meta.managed and model._meta.db_table != "django_session":
            rows = json.dumps(list(model._default_manager.values()), cls=DjangoJSONEncoder, default=str)
            assert [secret for secret in clear if secret in rows] == [], model


@pytest.mark.requirement("F61")
def test_operators_read_words_instead_of_json(
    browser_of_somebody: OAuthBrowser, operator: Operator, app: Application
) -> None:
    browser_of_somebody.tokens()
    pages = dict(admin_pages(operator.http))
    base = "/admin/custom_scopes_and_policies_app/"
    for name in ("grant", "refreshtoken", "consent"):
        page = next(
            text for url, text in pages.items() if url.startswith(f"{base}{name}/") and "/change/" in url
        )
        assert "phone: Your phone number — " in page
        assert "openid: Sign you in" in page
        assert "{" not in page.split('id="content-main"')[1].split("</fieldset>")[0]

"""HS256 per app: a derived key that is shown once, and tokens that the app itself cannot forge."""

import base64
import hashlib
import hmac
import io
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from core_app import keyring
from custom_scopes_and_policies_app.client_keys import (
    KeyChangedMeanwhile,
    key_text,
    kid_of,
    next_secret,
    prepare_signing,
    rotate_client_key,
)
from custom_scopes_and_policies_app.client_secrets import store_secret
from custom_scopes_and_policies_app.clients import create_client, find_client, forget_cached_clients
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from tests.oauth import CALLBACK, OAuthBrowser, decode, introspect, post, refresh
from tests.signed_apps import SignedApp, signed_app

pytestmark = pytest.mark.requirement("feature:F02")


@pytest.fixture
def shared(server: None) -> SignedApp:
    return signed_app("HS256")


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def header_of(token: str) -> dict[str, Any]:
    part = token.split(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def signed_by_the_app(secret: str, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """What an app can make with the key it knows."""
    signing_input = f"{b64(header)}.{b64(claims)}"
    return (
        f"{signing_input}.{b64(hmac.new(secret.encode(), signing_input.encode(), hashlib.sha256).digest())}"
    )


def userinfo(token: str) -> int:
    return int(Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code)


def test_tokens_of_the_app_are_accepted_everywhere(
    shared: SignedApp, browser_of_somebody: OAuthBrowser, api: tuple[str, str], client: Client
) -> None:
    answer = shared.tokens(browser_of_somebody)
    assert header_of(answer["access_token"]) == {
        "alg": "HS256", "kid": kid_of(shared.application), "typ": "at+jwt",
    }  # fmt: skip
    assert userinfo(answer["access_token"]) == 200
    seen = introspect(client, answer["access_token"], api)
    assert seen["active"] is True
    assert seen["client_id"] == shared.application.client_id
    assert "server_mac" not in seen
    again = refresh(
        client, answer["refresh_token"], client_id=shared.application.client_id, client_secret=shared.secret
    )
    assert userinfo(again.json()["access_token"]) == 200
    revoked = post(
        client, "/o/revoke_token/", token=again.json()["access_token"], client_id=shared.application.client_id,
        client_secret=shared.secret,
    )  # fmt: skip
    assert revoked.status_code == 200
    assert userinfo(answer["access_token"]) == 401


@pytest.mark.usefixtures("standing_still")
def test_checking_its_tokens_costs_no_more_statements(
    shared: SignedApp, browser_of_somebody: OAuthBrowser
) -> None:
    token = shared.tokens(browser_of_somebody)["access_token"]
    assert userinfo(token) == 200
    with CaptureQueriesContext(connection) as queries:
        assert userinfo(token) == 200
    assert len(queries) <= 1


def test_an_id_token_of_the_app_is_a_hint(shared: SignedApp, browser_of_somebody: OAuthBrowser) -> None:
    hint = shared.tokens(browser_of_somebody)["id_token"]
    answer = browser_of_somebody.authorize(
        client_id=shared.application.client_id, id_token_hint=hint, prompt="none"
    )
    assert answer.status_code == 303
    assert "error" not in answer["Location"]


@pytest.mark.requirement("D01")
@pytest.mark.parametrize(
    "change", [{}, {"sub": "somebody-else"}, {"scope": "openid admin"}, {"exp": 9_999_999_999}]
)
def test_an_app_cannot_write_itself_a_token_with_the_key_it_knows(
    shared: SignedApp,
    browser_of_somebody: OAuthBrowser,
    api: tuple[str, str],
    client: Client,
    change: dict[str, Any],
) -> None:
    token = shared.tokens(browser_of_somebody)["access_token"]
    header, claims = header_of(token), decode(token)
    assert userinfo(signed_by_the_app(shared.secret, header, claims)) == 200, "the same claims are ours"
    without_mac = {name: value for name, value in claims.items() if name != "server_mac"}
    for forged in (claims | {"jti": claims["jti"] + "x"} | change, without_mac | change):
        text = signed_by_the_app(shared.secret, header, forged)
        assert userinfo(text) == 401
        assert introspect(client, text, api) == {"active": False}


@pytest.mark.requirement("D01", "D03")
def test_a_mac_does_not_move_to_another_token_type_or_app(
    shared: SignedApp, browser_of_somebody: OAuthBrowser
) -> None:
    answer = shared.tokens(browser_of_somebody)
    id_header, id_claims = header_of(answer["id_token"]), decode(answer["id_token"])
    assert userinfo(signed_by_the_app(shared.secret, {**id_header, "typ": "at+jwt"}, id_claims)) == 401
    other = signed_app("HS256", "other")
    header = {**header_of(answer["access_token"]), "kid": kid_of(other.application)}
    assert userinfo(signed_by_the_app(other.secret, header, decode(answer["access_token"]))) == 401


@pytest.mark.requirement("D01")
def test_the_key_of_one_app_never_stands_for_another_or_for_an_app_of_another_algorithm(
    shared: SignedApp, browser_of_somebody: OAuthBrowser
) -> None:
    token = shared.tokens(browser_of_somebody)["access_token"]
    Application.objects.filter(pk=shared.application.pk).update(algorithm="RS256")
    forget_cached_clients()
    assert userinfo(token) == 401


def test_a_new_key_ends_the_old_ones_tokens_and_the_old_secret_still_authenticates(
    shared: SignedApp, browser_of_somebody: OAuthBrowser
) -> None:
    answer = shared.tokens(browser_of_somebody)
    text = rotate_client_key(client=Application.objects.get(pk=shared.application.pk))
    forget_cached_clients()
    assert text != shared.secret
    assert userinfo(answer["access_token"]) == 401
    for secret in (shared.secret, text):
        renewed = SignedApp(Application.objects.get(pk=shared.application.pk), secret)
        token = renewed.own_token(scope="read")["access_token"]
        assert header_of(token)["kid"].rsplit("-", 2)[1] == "2"
    row = OAuthTokenLog.objects.get(event="client.key_changed")
    assert row.client_id == shared.application.client_id
    assert text not in str(vars(row))


def test_of_two_new_keys_at_once_one_stands(shared: SignedApp) -> None:
    first, second = (Application.objects.get(pk=shared.application.pk) for _ in range(2))
    text = rotate_client_key(client=first)
    with pytest.raises(KeyChangedMeanwhile):
        rotate_client_key(client=second)
    assert key_text(Application.objects.get(pk=shared.application.pk)) == text


@pytest.mark.requirement("D11")
def test_the_key_is_in_no_column_and_the_secret_is_the_key(shared: SignedApp) -> None:
    row = Application.objects.filter(pk=shared.application.pk).values().get()
    assert shared.secret not in json.dumps(row, default=str)
    assert key_text(shared.application) == shared.secret
    assert len(base64.urlsafe_b64decode(shared.secret + "=")) == 32


def test_only_confidential_apps_may_have_it(server: None) -> None:
    with pytest.raises(ValidationError, match="public client"):
        create_client(name="P", client_id="p", is_public=True, algorithm="HS256", redirect_uris=[CALLBACK])
    app = signed_app("HS256").application
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=app.pk).update(client_type="public")
    with pytest.raises(ValueError, match="HS256"):
        rotate_client_key(client=signed_app("ES256").application)


def test_the_key_follows_an_old_master_key_until_it_is_renewed(
    shared: SignedApp, browser_of_somebody: OAuthBrowser, settings: Settings
) -> None:
    token = shared.tokens(browser_of_somebody)["access_token"]
    old, new = list(keyring.conf.MASTER_KEYS), keyring.new_master_key()
    settings.MASTER_KEYS = [new, *old]
    assert userinfo(token) == 200
    assert key_text(shared.application) == shared.secret
    rotate_client_key(client=Application.objects.get(pk=shared.application.pk))
    forget_cached_clients()
    client = find_client(shared.application.client_id)
    assert client is not None
    settings.MASTER_KEYS = [new]
    assert key_text(client)


def test_without_its_master_key_nothing_is_issued_and_nothing_breaks(
    shared: SignedApp, browser_of_somebody: OAuthBrowser, client: Client, settings: Settings
) -> None:
    token = shared.tokens(browser_of_somebody)["access_token"]
    settings.MASTER_KEYS = [keyring.new_master_key()]
    assert userinfo(token) == 401
    answer = post(
        client, "/o/token/", grant_type="client_credentials", client_id=shared.application.client_id,
        client_secret=shared.secret, scope="read",
    )  # fmt: skip
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"


def test_the_command_line_shows_the_key_once(server: None) -> None:
    out = io.StringIO()
    arguments = ["--name", "C", "--client-id", "c", "--algorithm", "HS256", "--json"]
    call_command("create_client", *arguments, stdout=out)
    facts = json.loads(out.getvalue())
    assert facts["client_secret"] == key_text(Application.objects.get(client_id="c"))
    assert "signing_key" not in facts
    out = io.StringIO()
    call_command(
        "create_client", "--name", "D", "--client-id", "d", "--algorithm", "HS256", "--client-secret",
        "a-secret-of-mine", stdout=out,
    )  # fmt: skip
    assert key_text(Application.objects.get(client_id="d")) in out.getvalue()


def test_an_app_that_changes_to_hs256_gets_its_key_as_its_next_secret(server: None) -> None:
    app = signed_app("RS256").application
    app.algorithm = "HS256"
    prepare_signing(app)
    assert next_secret(app) == key_text(app)
    app.client_secrets = [*app.client_secrets, dict(store_secret(key_text(app)))]
    app.save()
    assert next_secret(app) != key_text(app)
    assert SignedApp(app, key_text(app)).own_token(scope="read")["access_token"]


def test_the_command_line_gives_a_new_key(shared: SignedApp) -> None:
    out = io.StringIO()
    call_command("rotate_client_key", shared.application.client_id, "--json", stdout=out)
    facts = json.loads(out.getvalue())
    assert facts["signing_key"] == key_text(Application.objects.get(pk=shared.application.pk))
    signed_app("ES256", "es")
    for name in ("nobody", "es"):
        with pytest.raises(CommandError):
            call_command("rotate_client_key", name)

"""What operators may write into `SOCIAL_PROVIDERS`, and how they learn of a slip."""

import json
from typing import Any

import pytest
from django.core.checks import run_checks

from social_login_app.providers import BadProviders, find_provider, label_of, read_providers

GOOGLE = {"id": "google", "kind": "google", "client_id": "x", "client_secret": "y"}
ACME = {"id": "acme", "kind": "oidc", "client_id": "x", "issuer": "https://acme.example"}
pytestmark = [pytest.mark.requirement("F27")]


def ids() -> list[str | None]:
    return [message.id for message in run_checks() if (message.id or "").startswith("social_login_app.")]


def test_google_and_github_need_no_more_than_the_client() -> None:
    google, github = read_providers(json.dumps([GOOGLE, {**GOOGLE, "id": "hub", "kind": "github"}]))
    assert (google.label, google.issuer, google.trusts_email) == (
        "Google",
        "https://accounts.google.com",
        True,
    )
    assert (github.issuer, github.api_url) == ("https://github.com", "https://api.github.com")


@pytest.mark.requirement("J02")
def test_an_issuer_of_ones_own_verifies_no_address_unless_it_is_said_to() -> None:
    (acme,) = read_providers(json.dumps([ACME]))
    assert not acme.trusts_email
    assert acme.label == "Acme"


@pytest.mark.parametrize(
    "entries",
    [
        "x", {}, [1], [{}], [{**ACME, "kind": "saml"}], [{**ACME, "isuer": "x"}], [{**ACME, "id": "A b"}],
        [{**ACME, "issuer": "ftp://acme.example"}], [{**ACME, "issuer": "https://acme.example/?x=1"}],
        [{**ACME, "issuer": ""}], [{**ACME, "issuer": "https://" + "x" * 200 + ".example"}],
        [{**ACME, "client_id": ""}], [{**ACME, "enabled": "no"}], [{**ACME, "scopes": "openid"}],
        [{**ACME, "scopes": ["email"]}], [{**ACME, "token_endpoint_auth_method": "private_key_jwt"}],
        [ACME, ACME], [ACME, {**ACME, "id": "other"}],
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_failing_check(settings: Any, entries: Any) -> None:
    settings.SOCIAL_PROVIDERS = entries if isinstance(entries, str) else json.dumps(entries)
    assert ids() == ["social_login_app.E001"]
    with pytest.raises(BadProviders):
        read_providers(settings.SOCIAL_PROVIDERS)


def test_plain_http_and_long_waits_fail_the_check_in_production(settings: Any) -> None:
    settings.SOCIAL_PROVIDERS = json.dumps([{**ACME, "issuer": "http://acme.example"}])
    settings.DEBUG = True
    assert ids() == []
    settings.DEBUG = False
    assert ids() == ["social_login_app.E002"]
    settings.SOCIAL_PROVIDERS = json.dumps([ACME])
    settings.SOCIAL_HTTP_SECONDS = 30
    assert ids() == ["social_login_app.E003"]


def test_no_secret_shows_when_a_provider_is_written_down(settings: Any) -> None:
    settings.SOCIAL_PROVIDERS = json.dumps([GOOGLE | {"client_secret": "do not show"}])
    assert "do not show" not in repr(find_provider("google"))


def test_an_issuer_that_is_set_up_no_more_is_called_by_its_host(settings: Any) -> None:
    settings.SOCIAL_PROVIDERS = json.dumps([{**ACME, "enabled": False}])
    assert label_of("https://acme.example") == "Acme"
    assert label_of("https://gone.example/realm") == "gone.example"

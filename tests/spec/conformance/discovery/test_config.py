"""The config plan: what the suite reads in the discovery document and in the keys it leads to."""

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

ISSUER = "https://id.example"
DISCOVERY = "/.well-known/openid-configuration"
LISTS = (
    "response_types_supported", "response_modes_supported", "grant_types_supported", "subject_types_supported",
    "id_token_signing_alg_values_supported", "scopes_supported", "claims_supported", "claim_types_supported",
    "token_endpoint_auth_methods_supported", "code_challenge_methods_supported", "acr_values_supported",
    "ui_locales_supported",
)  # fmt: skip
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture
def document(server: None, settings: Settings) -> dict[str, Any]:
    settings.ISSUER_URL = ISSUER
    answer = Client().get(DISCOVERY)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    return dict(answer.json())


@pytest.mark.requirement("feature:F06", "D12")
def test_oidcc_discovery_endpoint_verification(document: dict[str, Any]) -> None:
    """The document has every required member, of the right type, under the issuer that it is fetched from."""
    assert document["issuer"] == ISSUER
    endpoints = {name: url for name, url in document.items() if name.endswith("_endpoint")}
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint"} <= endpoints.keys()
    for url in (*endpoints.values(), document["jwks_uri"]):
        assert urlsplit(url)[:2] == ("https", "id.example")
        assert not urlsplit(url).fragment
    for name in LISTS:
        assert document[name], name
        assert len(set(document[name])) == len(document[name])
    assert document["response_types_supported"] == ["code"]
    assert {"query", "form_post"} == set(document["response_modes_supported"])
    assert {"authorization_code", "refresh_token"} <= set(document["grant_types_supported"])
    assert {"openid", "profile", "email", "address", "phone"} <= set(document["scopes_supported"])
    assert {"client_secret_basic", "client_secret_post"} <= set(
        document["token_endpoint_auth_methods_supported"]
    )
    assert document["subject_types_supported"] == ["public"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert {"sub", "iss", "name", "email", "phone_number", "auth_time"} <= set(document["claims_supported"])
    assert document["claims_parameter_supported"] is True
    assert document["request_parameter_supported"] is False
    assert document["request_uri_parameter_supported"] is False
    assert_keys_are_sound(Client().get(urlsplit(document["jwks_uri"]).path))


def assert_keys_are_sound(answer: Any) -> None:
    """RFC 7517: public members only, each key named once, RSA of at least 2048 bits."""
    assert answer.status_code == 200
    keys = answer.json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) > 0
    for key in keys:
        assert key["use"] == "sig"
        assert not PRIVATE_MEMBERS & key.keys()
    modulus = next(key["n"] for key in keys if key["alg"] == "RS256")
    assert len(base64.urlsafe_b64decode(modulus + "==")) >= 256

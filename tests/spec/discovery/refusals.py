"""For each list of discovery, values that are not in it and how they are refused."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from custom_scopes_and_policies_app.clients import create_client
from tests.oauth import CALLBACK, post
from tests.spec.discovery.deeds import ENDPOINTS
from tests.spec.discovery.world import World

Refusal = Callable[[World, str], None]


def as_request(parameter: str, error: str) -> Refusal:
    def refusal(world: World, value: str) -> None:
        assert world.refusal(**{parameter: value}) == error

    return refusal


def as_grant(world: World, value: str) -> None:
    world.app("plain")
    answer = world.post("/o/token/", "plain", grant_type=value, code="x", username="u", password="p")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def as_authentication(path: str) -> Refusal:
    def refusal(world: World, value: str) -> None:
        world.app("job", redirect_uris=[], scopes="read")
        world.app("public", is_public=True)
        fields: dict[str, Any] = {"client_id": "public"} if value == "none" else {"client_id": "job"}
        if value.endswith("_jwt"):
            kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            fields |= {"client_assertion_type": kind, "client_assertion": "a.b.c"}
        answer = post(world.http, path, grant_type="client_credentials", token="x", **fields)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    return refusal


def as_algorithm(world: World, value: str) -> None:
    with pytest.raises(ValidationError):
        create_client(name="Odd", redirect_uris=[CALLBACK], algorithm=value)


REFUSALS: dict[str, tuple[Sequence[str], Refusal]] = {
    "response_types_supported": (
        ("token", "id_token", "code token", "code id_token", "none", "device"),
        as_request("response_type", "unsupported_response_type"),
    ),
    "response_modes_supported": (
        ("fragment", "web_message", "jwt", "query.jwt"), as_request("response_mode", "invalid_request"),
    ),
    "grant_types_supported": (
        (
            "password", "implicit", "hybrid", "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:openid:params:grant-type:ciba", "urn:ietf:params:oauth:grant-type:device_code",
        ),
        as_grant,
    ),
    **{
        f"{name}_endpoint_auth_methods_supported": (
            ("none", "private_key_jwt", "client_secret_jwt", "tls_client_auth"), as_authentication(path),
        )
        for name, path in ENDPOINTS.items()
    },
    "id_token_signing_alg_values_supported": (
        ("none", "HS256", "HS512", "PS256", "RS512", "ES384", "ES256K", "rs256"), as_algorithm,
    ),
    "prompt_values_supported": (("sing", "Login", "consent sing"), as_request("prompt", "invalid_request")),
    "scopes_supported": (("nonsense", "Openid", "openid nonsense"), as_request("scope", "invalid_scope")),
    "code_challenge_methods_supported": (
        ("plain", "S512", "s256"), as_request("code_challenge_method", "invalid_request"),
    ),
}  # fmt: skip

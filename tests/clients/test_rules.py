"""Rules of a registration that no form of today can break."""

import pytest

from custom_scopes_and_policies_app.client_rules import check_client


@pytest.mark.requirement("feature:F02")
@pytest.mark.parametrize(
    ("client_type", "auth_method"), [("public", "none"), ("confidential", "client_secret_basic")]
)
def test_a_key_shared_with_the_client_is_for_confidential_clients_only(
    client_type: str, auth_method: str
) -> None:
    problems = check_client(
        grant_types=["authorization_code"],
        response_types=["code"],
        response_modes=["query"],
        required_acr="",
        client_type=client_type,
        auth_method=auth_method,
        algorithm="HS256",
        has_redirect_uri=True,
        is_pkce_required=True,
        may_introspect=False,
    )
    assert list(problems) == (["algorithm"] if client_type == "public" else [])

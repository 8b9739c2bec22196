"""Discovery (OIDC Discovery §3, RFC 8414) by one builder from what is really on, and the keys."""

from django.conf import settings
from django.urls import reverse

from custom_scopes_and_policies_app.endpoints.call import Answer, Call
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import GRANT_TYPES
from custom_scopes_and_policies_app.scopes import catalogue
from custom_scopes_and_policies_app.validation import PROMPTS
from jwt_app.keys import jwks
from sessions_app.assurance import LADDER

PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@guarded
def metadata(call: Call) -> Answer:
    """The metadata document; the OpenID Connect and the OAuth one are the same."""
    return Answer(200, build_metadata(), PUBLIC)


@guarded
def keys(call: Call) -> Answer:
    """The JSON Web Key Set (RFC 7517 §5)."""
    return Answer(200, jwks(), PUBLIC)


def build_metadata() -> dict[str, object]:
    """What this server offers. Nothing is listed that is refused, nothing is offered that is not listed (D12)."""
    methods = ["client_secret_basic", "client_secret_post"]
    claims = {claim for entry in catalogue().values() for claim in entry.scope.claims}
    return {
        "issuer": settings.ISSUER_URL,
        "authorization_endpoint": _url("authorize"),
        "token_endpoint": _url("token"),
        "userinfo_endpoint": _url("userinfo"),
        "jwks_uri": _url("jwks"),
        "revocation_endpoint": _url("revoke"),
        "introspection_endpoint": _url("introspect"),
        "end_session_endpoint": _url("logout"),
        "scopes_supported": list(catalogue()),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(Application.Algorithm.values),
        "token_endpoint_auth_methods_supported": [*methods, "none"],
        "revocation_endpoint_auth_methods_supported": [*methods, "none"],
        "introspection_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": sorted(PROMPTS),
        "acr_values_supported": list(LADDER),
        "claim_types_supported": ["normal"],
        "claims_supported": sorted(
            claims | {"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid"}
        ),
        "ui_locales_supported": [code for code, _ in settings.LANGUAGES],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _url(name: str) -> str:
    """Built from the configured issuer, never from a request header (F13)."""
    return f"{settings.ISSUER_URL}{reverse(f'desk:{name}')}"

"""Discovery (OIDC Discovery §3, RFC 8414) by one builder from what is really on, and the keys."""

from django.conf import settings
from django.urls import reverse

from custom_scopes_and_policies_app.client_rules import RESPONSE_MODES
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.endpoints.call import Answer, Call
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.endpoints.published import Document, prepare, published
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import GRANT_TYPES
from custom_scopes_and_policies_app.request_parameters import PROMPTS
from custom_scopes_and_policies_app.scopes import Catalogue, catalogue
from jwt_app.conf import conf as jwt_conf
from jwt_app.keys import jwks
from sessions_app.assurance import LADDER


@guarded
def metadata(call: Call) -> Answer:
    """The metadata document; the OpenID Connect and the OAuth one are the same (RFC 8414 §2 has every member)."""
    return published(call, _document())


@guarded
def keys(call: Call) -> Answer:
    """The JSON Web Key Set (RFC 7517 §5). How long it may be kept decides how early a key is published."""
    return published(call, _key_set(), max_age=jwt_conf.JWKS_CACHE_SECONDS)


_prepared_keys: tuple[object, Document] | None = None


def _key_set() -> Document:
    """Made anew when the ring was read anew."""
    global _prepared_keys
    members = jwks()
    if _prepared_keys is None or _prepared_keys[0] is not members["keys"]:
        _prepared_keys = (members["keys"], prepare(members))
    return _prepared_keys[1]


_prepared: tuple[Catalogue, tuple[str, ...], Document] | None = None


def _document() -> Document:
    """Made anew when the catalogue was read anew, or a setting is another one."""
    global _prepared
    scopes, settings_used = catalogue(), (settings.ISSUER_URL, *_links().values())
    # The very same catalogue: rows that were changed are still "equal" to Django.
    if _prepared is None or _prepared[0] is not scopes or _prepared[1] != settings_used:
        _prepared = (scopes, settings_used, prepare(build_metadata()))
    return _prepared[2]


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
        "device_authorization_endpoint": _url("device-authorization"),
        "end_session_endpoint": _url("logout"),
        "scopes_supported": list(catalogue()),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
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
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        **{name: address for name, address in _links().items() if address},
    }


def _links() -> dict[str, str]:
    """What the operator tells developers (RFC 8414 §2); left out when not set."""
    return {
        "service_documentation": conf.SERVICE_DOCUMENTATION_URL,
        "op_policy_uri": conf.OP_POLICY_URL,
        "op_tos_uri": conf.OP_TERMS_URL,
    }


def _url(name: str) -> str:
    """Built from the configured issuer, never from a request header (F13)."""
    return f"{settings.ISSUER_URL}{reverse(f'desk:{name}')}"

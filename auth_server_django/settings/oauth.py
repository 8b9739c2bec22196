"""django-oauth-toolkit: the five swapped models, our validator and generators, every RFC 9700 gate on."""

from typing import Any

from auth_server_django.settings.environment import DEBUG, ISSUER_URL

OAUTH2_PROVIDER_APPLICATION_MODEL = "custom_scopes_and_policies_app.Application"
OAUTH2_PROVIDER_GRANT_MODEL = "custom_scopes_and_policies_app.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "custom_scopes_and_policies_app.AccessToken"  # noqa: S105
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "custom_scopes_and_policies_app.RefreshToken"  # noqa: S105
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "custom_scopes_and_policies_app.IDToken"  # noqa: S105

_DESK = "custom_scopes_and_policies_app"
OAUTH2_PROVIDER: dict[str, Any] = {
    "OAUTH2_VALIDATOR_CLASS": f"{_DESK}.validator.CustomOAuth2Validator",
    "OAUTH2_SERVER_CLASS": f"{_DESK}.server.AuthorizationServer",
    "SCOPES_BACKEND_CLASS": f"{_DESK}.scopes.DatabaseScopes",
    "ACCESS_TOKEN_GENERATOR": "jwt_app.generators.access_token",
    "REFRESH_TOKEN_GENERATOR": "jwt_app.generators.refresh_token",
    "APPLICATION_ADMIN_CLASS": f"{_DESK}.admin.ApplicationAdmin",
    "GRANT_ADMIN_CLASS": f"{_DESK}.admin.GrantAdmin",
    "REFRESH_TOKEN_ADMIN_CLASS": f"{_DESK}.admin.RefreshTokenAdmin",
    "ACCESS_TOKEN_ADMIN_CLASS": f"{_DESK}.admin.UnusedTokenAdmin",
    "ID_TOKEN_ADMIN_CLASS": f"{_DESK}.admin.UnusedTokenAdmin",
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": ISSUER_URL,
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "PKCE_REQUIRED": True,
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"] if DEBUG else ["https"],
    "ALLOW_URI_WILDCARDS": False,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": not DEBUG,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

"""The protocol engine: DOT's validator and settings, oauthlib's endpoints, grants and errors."""

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request as OAuthRequest
from oauthlib.oauth2.rfc6749 import errors as oauth_errors
from oauthlib.oauth2.rfc6749.endpoints import AuthorizationEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.grant_types import ClientCredentialsGrant
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant, RefreshTokenGrant
from oauthlib.uri_validate import is_absolute_uri

__all__ = [
    "AuthorizationCodeGrant",
    "AuthorizationEndpoint",
    "BaseScopes",
    "BearerToken",
    "ClientCredentialsGrant",
    "OAuth2Validator",
    "OAuthRequest",
    "RefreshTokenGrant",
    "TokenEndpoint",
    "is_absolute_uri",
    "oauth2_settings",
    "oauth_errors",
]

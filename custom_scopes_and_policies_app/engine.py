"""The one protocol engine of this process: oauthlib's server over our validator, made when first needed."""

from functools import cache

from custom_scopes_and_policies_app.dot.protocol import oauth2_settings
from custom_scopes_and_policies_app.server import AuthorizationServer


@cache
def authorization_server() -> AuthorizationServer:
    """The server class, validator and token generators that `OAUTH2_PROVIDER` names."""
    server: AuthorizationServer = oauth2_settings.OAUTH2_SERVER_CLASS(
        oauth2_settings.OAUTH2_VALIDATOR_CLASS(),
        token_generator=oauth2_settings.ACCESS_TOKEN_GENERATOR,
        refresh_token_generator=oauth2_settings.REFRESH_TOKEN_GENERATOR,
    )
    return server

"""oauthlib's engine with the grants this server has, and no others (OAuth 2.1 §1.3: no implicit, no password)."""

from typing import Any

from custom_scopes_and_policies_app.device_grant import DeviceCodeGrant
from custom_scopes_and_policies_app.dot.protocol import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    OAuthRequest,
    RefreshTokenGrant,
    TokenEndpoint,
    oauth_errors,
)
from custom_scopes_and_policies_app.models.application import DEVICE_CODE


class PlannedToken(BearerToken):  # type: ignore[misc]
    """Makes the answer from the validator's plan: which refresh token, which lifetime (RFC 6749 §5.1)."""

    def create_token(
        self, request: OAuthRequest, refresh_token: bool = False, **kwargs: Any
    ) -> dict[str, Any]:
        plan = self.request_validator.plan_tokens(request)
        request.access_token_facts = plan.access_token_facts()
        request.refresh_family = plan.family
        token: dict[str, Any] = {
            "access_token": self.token_generator(request),
            "expires_in": plan.lifetime,
            "token_type": "Bearer",
        }
        if request.scopes is not None:
            token["scope"] = " ".join(request.scopes)
        if plan.wants_refresh_token:
            token["refresh_token"] = self.refresh_token_generator(request)
        return token


class AuthorizationServer(AuthorizationEndpoint, TokenEndpoint):  # type: ignore[misc]
    """Authorization and token endpoint over one validator."""

    def __init__(
        self,
        request_validator: Any,
        token_expires_in: Any = None,
        token_generator: Any = None,
        refresh_token_generator: Any = None,
        **kwargs: Any,
    ) -> None:
        bearer = PlannedToken(
            request_validator,
            token_generator=token_generator,
            refresh_token_generator=refresh_token_generator,
        )
        code = AuthorizationCodeGrant(request_validator)
        self.grants = {
            "authorization_code": code,
            "refresh_token": RefreshTokenGrant(request_validator),
            "client_credentials": ClientCredentialsGrant(request_validator),
            DEVICE_CODE: DeviceCodeGrant(request_validator),
        }
        AuthorizationEndpoint.__init__(
            self, default_response_type="code", response_types={"code": code}, default_token_type=bearer
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            grant_types=self.grants,
            default_token_type=bearer,
        )
        self.bearer = bearer
        self.validator = request_validator

    def validate_authorization(self, request: OAuthRequest) -> None:
        """Check an authorization request. Raises FatalClientError (never redirect) or OAuth2Error."""
        request.scopes = _names(request.scope)
        self.grants["authorization_code"].validate_authorization_request(request)

    def issue_tokens(self, request: OAuthRequest) -> dict[str, Any]:
        """The token answer for a decoded request whose client is authenticated. Raises OAuth2Error.

        The same steps as oauthlib's `create_token_response`, which hides the kind of error in a JSON text.
        """
        if not request.grant_type:
            raise oauth_errors.InvalidRequestError("The grant_type parameter is missing.", request=request)
        grant = self.grants.get(request.grant_type)
        if grant is None:
            raise oauth_errors.UnsupportedGrantTypeError(request=request)
        request.scopes = _names(request.scope)
        grant.validate_token_request(request)
        token: dict[str, Any] = self.bearer.create_token(request)
        if request.grant_type != "client_credentials":
            token = grant.add_id_token(token, self.bearer, request)
        self.validator.save_token(token, request)
        return token


def _names(scope: str | None) -> list[str] | None:
    """Scopes are separated by spaces and nothing else (RFC 6749 §3.3); None when none was asked for."""
    return [name for name in scope.split(" ") if name] if scope else None

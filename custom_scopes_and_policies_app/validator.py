"""What oauthlib asks while it validates, each answered in a few lines by the module that knows.

DOT's own validator reads the database in almost every method; here the code or the family is loaded once and kept
on the request, and everything is written once, in `save_bearer_token`.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from custom_scopes_and_policies_app import refresh, token_store
from custom_scopes_and_policies_app.bursts import note_burst
from custom_scopes_and_policies_app.claims import id_token_extra_claims
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.device_grant import plan_device_redemption
from custom_scopes_and_policies_app.dot.protocol import OAuth2Validator, OAuthRequest, oauth_errors
from custom_scopes_and_policies_app.id_tokens import make_id_token
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import AUTHORIZATION_CODE, DEVICE_CODE
from custom_scopes_and_policies_app.plan import TokenPlan, plan_client_credentials, plan_code_redemption
from custom_scopes_and_policies_app.redemption import find_redeemable_grant
from custom_scopes_and_policies_app.redirect_uris import is_registered
from custom_scopes_and_policies_app.scopes import all_allowed, client_scopes_for, default_scopes_for

CODE_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class CustomOAuth2Validator(OAuth2Validator):  # type: ignore[misc]
    """DOT's validator with every look-up delegated. `request.call` is the `Call` being answered."""

    # --- the client (authenticated before oauthlib is asked, by client_auth) ---

    def validate_client_id(self, client_id: str, request: OAuthRequest, *args: Any, **kwargs: Any) -> bool:
        request.client = find_client(client_id)
        return request.client is not None

    def client_authentication_required(self, request: OAuthRequest, *args: Any, **kwargs: Any) -> bool:
        return True

    def authenticate_client(self, request: OAuthRequest, *args: Any, **kwargs: Any) -> bool:
        return isinstance(request.client, Application)

    def authenticate_client_id(
        self, client_id: str, request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> bool:
        return isinstance(request.client, Application)

    def validate_grant_type(
        self,
        client_id: str,
        grant_type: str,
        client: Application,
        request: OAuthRequest,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return grant_type in client.grant_types

    def validate_response_type(
        self,
        client_id: str,
        response_type: str,
        client: Application,
        request: OAuthRequest,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return response_type in client.response_types and AUTHORIZATION_CODE in client.grant_types

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> bool:
        return is_registered(redirect_uri, request.client.redirect_uris.split())

    def get_default_redirect_uri(
        self, client_id: str, request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> str | None:
        grant = getattr(request, "grant", None)
        if grant is not None and grant.code_challenge:
            # OAuth 2.1 §10.2: the token request need not repeat it, since the verifier proves more.
            return str(grant.redirect_uri)
        return str(request.client.default_redirect_uri or "") or None

    def is_pkce_required(self, client_id: str, request: OAuthRequest) -> bool:
        # OAuth 2.1 §7.5.1: nothing but the nonce of OpenID Connect stands in for the challenge, and only for a
        # client that authenticates itself.
        client = request.client
        is_exempt = client.is_confidential and not client.is_pkce_required
        scopes = request.scopes or self.get_default_scopes(client_id, request)
        return not (is_exempt and "openid" in scopes)

    # --- scopes ---

    def validate_scopes(
        self,
        client_id: str,
        scopes: Sequence[str],
        client: Application,
        request: OAuthRequest,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return all_allowed(scopes, client, for_itself=request.grant_type == "client_credentials")

    def get_default_scopes(
        self, client_id: str, request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> Sequence[str]:
        if request.grant_type == "client_credentials":
            return client_scopes_for(request.client) if request.client.allowed_scopes else []
        return default_scopes_for(request.client)

    # --- questions that the hub has already answered (authorize.next_step) ---

    def validate_silent_login(self, request: OAuthRequest) -> bool:
        return True

    def validate_silent_authorization(self, request: OAuthRequest) -> bool:
        return True

    def validate_user_match(
        self, id_token_hint: str | None, scopes: Sequence[str], claims: Any, request: OAuthRequest
    ) -> bool:
        return True

    # --- the code ---

    def validate_code(
        self, client_id: str, code: str, client: Application, request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> bool:
        grant = find_redeemable_grant(code=code, client=client, call=request.call)
        request.grant = grant
        request.user, request.scopes = grant.user, grant.scope.split()
        return True

    def get_code_challenge(self, code: str, request: OAuthRequest) -> str | None:
        if request.code_verifier is not None and not request.grant.code_challenge:
            # RFC 9700 §4.8.2: a verifier without a challenge is a downgrade attempt.
            raise oauth_errors.InvalidGrantError("The authorization request had no code challenge.")
        if request.code_verifier is not None and not CODE_VERIFIER.fullmatch(request.code_verifier):
            # RFC 7636 §4.1, §7.1: a short verifier could be guessed by whoever has seen the challenge.
            raise oauth_errors.InvalidGrantError("The code_verifier needs 43 to 128 unreserved characters.")
        return request.grant.code_challenge or None

    def get_code_challenge_method(self, code: str, request: OAuthRequest) -> str | None:
        return request.grant.code_challenge_method or None

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Application,
        request: OAuthRequest,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return bool(redirect_uri == request.grant.redirect_uri)

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: OAuthRequest
    ) -> str | None:
        return request.grant.nonce or None

    # --- the refresh token ---

    def validate_refresh_token(
        self, refresh_token: str, client: Application, request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> bool:
        request.presented = refresh.present(text=refresh_token, client=client, call=request.call)
        request.user = request.presented.family.user
        return True

    def get_original_scopes(
        self, refresh_token: str, request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> Sequence[str]:
        # The family's own scope, never the narrowed one of an earlier refresh (RFC 6749 §6).
        scopes: list[str] = request.presented.scopes
        return scopes

    def rotate_refresh_token(self, request: OAuthRequest) -> bool:
        return True

    # --- making and writing the answer ---

    def plan_tokens(self, request: OAuthRequest) -> TokenPlan:
        """Decide what is issued, once; the generators and the store read it from `request.plan`."""
        now = request.call.now
        if request.grant_type == "authorization_code":
            plan = plan_code_redemption(grant=request.grant, client=request.client, now=now)
        elif request.grant_type == DEVICE_CODE:
            plan = plan_device_redemption(device=request.device, client=request.client, now=now)
        elif request.grant_type == "refresh_token":
            plan = request.presented.plan(scopes=tuple(request.scopes), client=request.client, now=now)
        else:
            plan = plan_client_credentials(client=request.client, scopes=tuple(request.scopes), now=now)
        plan.resources = request.resources
        request.plan = plan
        return plan

    def get_id_token(self, token: dict[str, Any], token_handler: Any, request: OAuthRequest) -> str:
        nonce = request.grant.nonce if request.grant_type == "authorization_code" else ""
        return make_id_token(
            plan=request.plan,
            nonce=nonce,
            access_token=token["access_token"],
            lifetime=conf.ID_TOKEN_SECONDS,
            extra=id_token_extra_claims(request.plan),
        )

    def save_bearer_token(
        self, token: dict[str, Any], request: OAuthRequest, *args: Any, **kwargs: Any
    ) -> None:
        try:
            token_store.write(request.plan, caller=request.call.caller, now=timezone.now())
        except token_store.LostRace as error:
            if code := request.code or request.device_code:
                note_burst(token_store.hash_code(code))
            refusal = oauth_errors.InvalidGrantError("Used by another request at the same time.")
            refusal.reason = "lost_race"
            raise refusal from error

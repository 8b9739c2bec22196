"""Userinfo (OIDC Core §5.3): the claims that the token's scopes and levels release."""

from accounts_app.models import User
from custom_scopes_and_policies_app.bearer import require_access_token
from custom_scopes_and_policies_app.claims import claims_for
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.errors import InvalidToken, OAuthError


@guarded
def userinfo(call: Call) -> Answer:
    """GET or POST. The errors are JSON with the Bearer challenge of RFC 6750 §3."""
    try:
        if call.method not in {"GET", "POST"}:
            raise OAuthError(
                "invalid_request", "Use GET or POST.", status=405, headers={"Allow": "GET, POST"}
            )
        token = require_access_token(call, scope="openid")
        user = User.objects.filter(sub=token.claims["sub"], is_active=True).first()
        if user is None:
            raise InvalidToken("The person behind this token is gone.")
        claims = claims_for(user, scopes=sorted(token.scopes), policies=token.policies)
        if token.policies:
            claims["policies"] = token.policies
        return Answer(200, claims, NO_STORE)
    except OAuthError as error:
        return Answer(error.status, error.payload(), {**NO_STORE, **error.headers})

"""Userinfo (OIDC Core §5.3): the claims that the token's scopes and levels release."""

from uuid import UUID

from django.conf import settings

from accounts_app.claims import ClaimsRow
from accounts_app.models import User
from core_app.one_row import OneRow
from custom_scopes_and_policies_app.bearer import require_access_token
from custom_scopes_and_policies_app.claims import claims_for
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call
from custom_scopes_and_policies_app.endpoints.cors import cross_origin
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.endpoints.rates import limited
from custom_scopes_and_policies_app.errors import InvalidToken, OAuthError

# Asked anew in every request: what a person changed, or that they are gone, is seen at once.
PEOPLE = OneRow(User, ClaimsRow, by="sub", is_active=True)


@guarded
@cross_origin("GET, POST")
@limited("userinfo")
def userinfo(call: Call) -> Answer:
    """GET or POST. The errors are JSON with the Bearer challenge of RFC 6750 §3."""
    try:
        if call.method not in {"GET", "POST"}:
            raise OAuthError(
                "invalid_request", "Use GET or POST.", status=405, headers={"Allow": "GET, POST"}
            )
        token = require_access_token(call, scope="openid")
        # RFC 9068 §4: a resource server must not get further with the token that it was sent.
        if settings.ISSUER_URL not in token.audience:
            raise InvalidToken("The access token is for another resource server.")
        person = _person(token.claims["sub"])
        if person is None:
            raise InvalidToken("The person behind this token is gone.")
        policies = token.policies
        claims = claims_for(person, scopes=sorted(token.scopes), policies=policies)
        if policies:
            claims["policies"] = policies
        return Answer(200, claims, NO_STORE, client_id=token.client_id)
    except OAuthError as error:
        return Answer(error.status, error.payload(), {**NO_STORE, **error.headers})


def _person(sub: str) -> ClaimsRow | None:
    try:
        return PEOPLE.find(UUID(sub))
    except ValueError:
        # The subject of a token that an app got for itself is the app (RFC 9068 §2.2).
        return None

"""Who calls the JSON API: a person by an access token of our own app, or by the session cookie of this browser."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja.utils import check_csrf

from core_app.errors import AppError
from custom_scopes_and_policies_app.bearer import require_access_token
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.errors import InvalidToken, OAuthError
from custom_scopes_and_policies_app.views.machine import call_from
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

SCOPE = "openid"
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfFailed(AppError):
    """A change by cookie without the token that only our own pages and apps have."""

    code = "csrf_failed"
    status = 403


def signed_in(request: HttpRequest) -> SsoSession:
    """The caller's live sign-in, with its `user`. Raises InvalidToken, OAuthError and CsrfFailed.

    A presented token decides alone; the cookie is not looked at then.
    """
    if request.headers.get("Authorization"):
        return _by_token(request)
    session = sso_session_of(request)
    if session is None:
        raise InvalidToken("Sign in, or present an access token.", was_presented=False)
    if request.method not in READING and check_csrf(request) is not None:
        raise CsrfFailed(_("Send the csrf_token of /api/v1/sso/login in the header X-CSRFToken."))
    return session


def _by_token(request: HttpRequest) -> SsoSession:
    token = require_access_token(call_from(request), scope=SCOPE)
    audience = token.claims["aud"]
    # RFC 9068 §4: a token for another API must not be accepted here.
    if settings.ISSUER_URL not in ([audience] if isinstance(audience, str) else audience):
        raise InvalidToken("The access token is for another API.")
    client = find_client(token.client_id)
    if client is None or not client.is_first_party:
        raise OAuthError("insufficient_scope", "Only this service's own apps may do this.", status=403)
    if "sid" not in token.claims:
        raise InvalidToken("The access token belongs to no session.")
    session = (
        SsoSession.objects.select_related("user")
        # Not the browser's idle limit: the tokens have their own, and are in use.
        .filter(expires_at__gt=timezone.now(), pk=str(token.claims["sid"]), ended_at__isnull=True)
        .first()
    )
    if session is None:
        raise InvalidToken("The session of the access token is over.")
    return session

"""Signing out of this browser, and the way to the page that says so."""

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout as django_logout
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from core_app.caller import caller_of
from sessions_app.ending import end_session
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

SALT = "sessions_app.logout"
# As long as somebody may take to reload the page that says "signed out".
ENDED_SECONDS = 300


def sign_out(request: HttpRequest, *, reason: str) -> SsoSession | None:
    """End this browser's sign-in and throw its Django session away; returns what ended. Fine to call twice (I06)."""
    session = sso_session_of(request)
    if session is not None:
        end_session(session=session, reason=reason, caller=caller_of(request))
    django_logout(request)
    request.sso_session = None  # type: ignore[attr-defined]
    return session


def signed_out_url(session: SsoSession | None) -> str:
    """The page to show after `sign_out`. It is told what ended, for the apps that are signed out in the browser."""
    path = reverse(settings.SIGNED_OUT_URL)
    if session is None:
        return path
    return f"{path}?{urlencode({'session': signing.dumps(str(session.sid), salt=SALT)})}"


def ended_sid(text: str | None) -> uuid.UUID | None:
    """The sign-in that `signed_out_url` named; None for anything else."""
    try:
        return uuid.UUID(signing.loads(text or "", salt=SALT, max_age=ENDED_SECONDS))
    except signing.BadSignature:
        return None

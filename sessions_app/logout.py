"""Signing out of this browser."""

from django.contrib.auth import logout as django_logout
from django.http import HttpRequest

from core_app.caller import caller_of
from sessions_app.ending import end_session
from sessions_app.middleware import sso_session_of


def sign_out(request: HttpRequest, *, reason: str) -> None:
    """End this browser's sign-in and throw its Django session away. Fine to call twice (I06)."""
    session = sso_session_of(request)
    if session is not None:
        end_session(session=session, reason=reason, caller=caller_of(request))
    django_logout(request)
    request.sso_session = None  # type: ignore[attr-defined]

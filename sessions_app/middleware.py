"""Attach the browser and its sign-in to each page request; whoever's sign-in has ended is a stranger."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts_app.models import User
from sessions_app.browser import remember_browser
from sessions_app.conf import conf
from sessions_app.liveness import is_session_live
from sessions_app.models import SsoSession

SID_KEY = "sid"
GetResponse = Callable[[HttpRequest], HttpResponse]


class BrowserMiddleware:
    """Sets the browser cookie when a view has asked for the binding."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        remember_browser(request, response)
        return response


class SsoSessionMiddleware:
    """A Django session whose `SsoSession` is over counts for nothing: the person is anonymous at once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sid = request.session.get(SID_KEY)
        if sid is not None and not is_session_live(sid):
            request.session.flush()
            request.user = AnonymousUser()
        elif sid is None and request.session.get("_auth_user_id") is not None:
            # A login that did not go through the pipeline is no login.
            request.session.flush()
            request.user = AnonymousUser()
        return self.get_response(request)


def sso_session_of(request: HttpRequest) -> SsoSession | None:
    """The live sign-in of this browser, loaded once per request and noted as seen."""
    if hasattr(request, "sso_session"):
        return request.sso_session  # type: ignore[no-any-return]
    session = _load(request.session.get(SID_KEY))
    if session is not None and not _is_same_login(request, session.user):
        session = None
    request.sso_session = session  # type: ignore[attr-defined]
    return session


def _is_same_login(request: HttpRequest, user: User) -> bool:
    """Whether Django's session still belongs to this person and to the password they have now."""
    is_same_person = request.session.get(SESSION_KEY) == str(user.pk)
    known_hash = str(request.session.get(HASH_SESSION_KEY, ""))
    return is_same_person and constant_time_compare(known_hash, user.get_session_auth_hash())


def _load(sid: str | None) -> SsoSession | None:
    if sid is None:
        return None
    now = timezone.now()
    session = (
        SsoSession.objects.select_related("user")
        .filter(pk=uuid.UUID(sid), ended_at__isnull=True, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if session is not None and session.last_seen_at < now - timedelta(seconds=conf.LAST_SEEN_EVERY_SECONDS):
        SsoSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    return session

"""Attach the browser and its sign-in to each page request; whoever's sign-in has ended is a stranger."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts_app.models import User
from sessions_app.browser import remember_browser
from sessions_app.liveness import is_session_live
from sessions_app.models import SsoSession
from sessions_app.presented import SID_KEY, counts, is_use_due, named_sid

__all__ = ["SID_KEY", "BrowserMiddleware", "SsoSessionMiddleware", "sso_session_of"]

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
    """A Django session whose `SsoSession` is over counts for nothing: the person is anonymous at once.

    `request.user` is the sign-in's person, so that pages read both by one statement. Views with `is_for_programs` know
    their callers by tokens and secrets: for them no session is read, and none that cannot be read is in their way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(
            lambda: _person(request) if _is_signed_in(request) else AnonymousUser()
        )  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> None:
        """What is over is thrown away before a view can read from it."""
        if not getattr(view, "is_for_programs", False):
            _is_signed_in(request)


def _is_signed_in(request: HttpRequest) -> bool:
    """Whether this browser's sign-in goes on. Asked once a request; one that is over is thrown away."""
    known: bool | None = getattr(request, "is_signed_in", None)
    if known is not None:
        return known
    sid = request.session.get(SID_KEY)
    # A login that did not go through the pipeline is no login.
    is_live = sid is not None and is_session_live(sid)
    if not is_live and (sid is not None or request.session.get(SESSION_KEY) is not None):
        request.session.flush()
    request.is_signed_in = is_live  # type: ignore[attr-defined]
    return is_live


def sso_session_of(request: HttpRequest) -> SsoSession | None:
    """The live sign-in of this browser, loaded once per request and noted as seen."""
    if hasattr(request, "sso_session"):
        return request.sso_session  # type: ignore[no-any-return]
    session = _load(request)
    if session is not None:
        _note_use(request, session)
    request.sso_session = session  # type: ignore[attr-defined]
    return session


def _person(request: HttpRequest) -> User | AnonymousUser:
    """Who is signed in. A session that names somebody who is not any more is thrown away, as Django does it."""
    session = sso_session_of(request)
    if session is not None:
        return session.user
    request.session.flush()
    return AnonymousUser()


def _load(request: HttpRequest) -> SsoSession | None:
    sid = named_sid(request.session)
    if sid is None:
        return None
    session = SsoSession.objects.select_related("user").filter(pk=sid).first()
    return session if session is not None and counts(session, request.session, timezone.now()) else None


def _note_use(request: HttpRequest, session: SsoSession) -> None:
    """Write the last use down now and then; Django's session and its cookie last on from there as well."""
    now = timezone.now()
    if is_use_due(session, now):
        SsoSession.objects.filter(pk=session.pk).update(last_seen_at=now)
        request.session.modified = True

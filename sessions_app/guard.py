"""Pages for whoever is signed in, and those that want the sign-in to be fresh (ASVS 7.5.1)."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from core_app.pages import page, see_other
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

SignedInView = Callable[..., HttpResponse]


def signed_in(*, back_to: str) -> Callable[[SignedInView], Callable[..., HttpResponse]]:
    """A page that is called with the request and this browser's live `SsoSession`, whose `user` is the person.

    Strangers sign in first and come back to the page of the URL name `back_to`: where its way begins.
    """

    def decorate(view: SignedInView) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
            session = sso_session_of(request)
            if session is None:
                return to_login(next_path=reverse(back_to))
            return view(request, session, **arguments)

        return page(guarded)

    return decorate


def is_fresh(session: SsoSession, *, seconds: int) -> bool:
    """Whether this sign-in was proven at most so long ago."""
    return timezone.now() - session.auth_time <= timedelta(seconds=seconds)


def to_login(*, next_path: str, prompt: str = "") -> HttpResponse:
    """To the sign-in page and back to a path of this server; `prompt="login"` asks also who is signed in."""
    query = {"next": next_path, **({"prompt": prompt} if prompt else {})}
    return see_other(f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}")

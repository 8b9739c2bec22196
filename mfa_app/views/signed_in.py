"""Pages for whoever is signed in, and for changes that want that to be fresh."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core_app.pages import page
from mfa_app.flows.refusals import NotFresh
from sessions_app.guard import to_login
from sessions_app.login import complete
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession
from sessions_app.step_up import begin_step_up

SignedInView = Callable[..., HttpResponse]


def signed_in(view: SignedInView) -> SignedInView:
    """Called with the request and this browser's live `SsoSession`.

    Strangers sign in first, and so does whoever may not change what they want to any more; both come back.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        session = sso_session_of(request)
        if session is None:
            return to_login(next_path=_back(request))
        try:
            return view(request, session, **arguments)
        except NotFresh:
            return to_login(next_path=_back(request), prompt="login")

    return page(guarded)


def strengthen(request: HttpRequest, session: SsoSession, methods: Sequence[str]) -> None:
    """The person has just proven this too: their sign-in knows it, and the session key changes (I01)."""
    pending = begin_step_up(request, session=session, required_acr="", next_url="")
    complete(request, user=session.user, pending=pending.with_proofs(methods, timezone.now()))


def _back(request: HttpRequest) -> str:
    """What was posted is gone by the time the person is back, so they come back to a page and not to the action."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("mfa:security")

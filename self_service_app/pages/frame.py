"""What the pages share: only for whoever is signed in, never cached, 303 after a POST."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sessions_app.middleware import sso_session_of

Page = Callable[..., HttpResponse]
READ = ("GET", "HEAD")


def account_page(*methods: str) -> Callable[[Page], Page]:
    """A page that is called with the request and this browser's live `SsoSession`, whose `user` is the person.

    Strangers are sent to the login page and come back.
    """

    def decorate(view: Page) -> Page:
        @wraps(view)
        def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
            session = sso_session_of(request)
            if session is None:
                return _to_login(request)
            return view(request, session, **arguments)

        page: Page = never_cache(require_http_methods(methods)(guarded))
        return page

    return decorate


def see_other(name: str) -> HttpResponse:
    """303 to the page of that URL name: it is asked for by GET, and reloading it repeats nothing."""
    return go_to(reverse(name))


def go_to(path: str) -> HttpResponse:
    """303 to a path of this server."""
    return HttpResponseRedirect(path, status=303)


def _to_login(request: HttpRequest) -> HttpResponse:
    # What was posted is gone by the time the person is back, so they come back to a page and not to the action.
    back = request.get_full_path() if request.method in READ else reverse("account:overview")
    return HttpResponseRedirect(f"{reverse('phone_auth:login')}?{urlencode({'next': back})}", status=303)

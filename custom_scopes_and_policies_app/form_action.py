"""Where forms may lead: Chromium applies `form-action` to the redirects after a POST as well.

A login form that ends at the app's redirect URI would be blocked by `form-action 'self'`. While a browser has an
authorization request under way, its pages may also lead to that app's origin, and to nothing else.
"""

import logging
from collections.abc import Callable

from csp.constants import NONE, SELF
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse

from custom_scopes_and_policies_app.stored_requests import origins_of
from sessions_app.browser import browser_bindings, cookie_name

logger = logging.getLogger(__name__)


def open_form_action(response: HttpResponse, *origins: str, with_self: bool = True) -> None:
    """Let the forms of this one answer lead to these origins, besides our own pages or instead of them."""
    sources = [*([SELF] if with_self else []), *filter(None, origins)]
    response._csp_replace = {"form-action": sources or [NONE]}  # type: ignore[attr-defined]


class FormActionMiddleware:
    """Opens `form-action` on the pages between an app's request and its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html") and response.status_code != 303
        if is_page and cookie_name() in request.COOKIES and not hasattr(response, "_csp_replace"):
            origins = _origins_under_way(request)
            if origins:
                open_form_action(response, *origins)
        return response


def _origins_under_way(request: HttpRequest) -> list[str]:
    """The origins of the apps that wait for this browser. Without a database the policy merely stays closed."""
    try:
        return origins_of(browser_bindings(request))
    except (DatabaseError, InterfaceError):
        logger.warning("database unreachable: form-action stays closed")
        return []

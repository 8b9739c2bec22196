"""Where forms may lead: Chromium applies `form-action` to the redirects after a POST as well.

A login form that ends at the app's redirect URI would be blocked by `form-action 'self'`. While a browser has an
authorization request under way, its pages may also lead to that app's origin, and to nothing else.
"""

import logging
from collections.abc import Callable

from csp.constants import SELF
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.redirect_uris import origin_of
from sessions_app.browser import browser_binding, cookie_name

logger = logging.getLogger(__name__)


def allow_redirect_to(redirect_uri: str, *, binding: str) -> None:
    """From now on this browser's pages may post towards the app."""
    cache.set(_key(binding), origin_of(redirect_uri), conf.AUTHORIZATION_REQUEST_SECONDS)


def _allowed_origin(binding: str) -> str:
    """The app's origin, "" when there is none. Without a cache the policy merely stays closed."""
    try:
        return str(cache.get(_key(binding)) or "")
    except Exception:  # noqa: BLE001, RUF100  every cache client raises its own errors
        logger.warning("cache unreachable: form-action stays closed")
        return ""


def open_form_action(response: HttpResponse, origin: str) -> None:
    """Add the app's origin to the `form-action` of this one answer."""
    response._csp_update = {"form-action": [SELF, *([origin] if origin else [])]}  # type: ignore[attr-defined]


class FormActionMiddleware:
    """Opens `form-action` on the pages between an app's request and its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html") and response.status_code != 303
        if is_page and cookie_name() in request.COOKIES and not hasattr(response, "_csp_update"):
            origin = _allowed_origin(browser_binding(request))
            if origin:
                open_form_action(response, origin)
        return response


def _key(binding: str) -> str:
    return f"form-action:{binding}"

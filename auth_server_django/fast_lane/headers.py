"""The headers that protect every answer, taken from the middleware that sets them for Django: asked once a process."""

import io
from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from auth_server_django.arrival import PERMISSIONS

# Those of `MIDDLEWARE` that put the same header on every answer.
SETTERS: tuple[Callable[..., SecurityMiddleware | XFrameOptionsMiddleware | CSPMiddleware], ...] = (
    CSPMiddleware, XFrameOptionsMiddleware, SecurityMiddleware,
)  # fmt: skip


def protective_headers(*, is_secure: bool) -> dict[str, str]:
    """What goes out with every answer to a request that came by HTTPS, or by plain HTTP."""
    scheme = "https" if is_secure else "http"
    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": scheme, "wsgi.input": io.BytesIO()}
    request = WSGIRequest(environ)
    response = HttpResponse()
    del response["Content-Type"]
    for setter in SETTERS:
        setter(_unasked).process_response(request, response)
    response.setdefault("Permissions-Policy", PERMISSIONS)
    return dict(response.items())


def _unasked(request: HttpRequest) -> HttpResponse:
    """Middleware wants somebody behind it."""
    return HttpResponse()

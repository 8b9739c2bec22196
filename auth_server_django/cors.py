"""CORS for the JSON API (E06): scripts of origins that an app registered may call it, without cookies.

The endpoints of the protocol under `/api/v1/` set these headers themselves, for the client of each call.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from custom_scopes_and_policies_app.endpoints.cors import preflight_headers, readable_by
from custom_scopes_and_policies_app.origins import is_known_origin

API = "/api/"
PROTOCOL = ("/api/v1/oauth/", "/api/v1/userinfo/")
# For resource servers, which are no browsers.
CLOSED = "/api/v1/oauth/introspect"
METHODS = "GET, POST, PUT, PATCH, DELETE"


class ApiCorsMiddleware:
    """Answers preflights and marks answers of `/api/` as readable; every other address is left as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API) or request.path.startswith(CLOSED):
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        if origin and request.method == "OPTIONS":
            return HttpResponse(status=204, headers=dict(preflight_headers(origin, METHODS)))
        response = self.get_response(request)
        patch_vary_headers(response, ["Origin"])
        if not request.path.startswith(PROTOCOL) and is_known_origin(origin):
            for name, value in readable_by(origin).items():
                response[name] = value
        return response

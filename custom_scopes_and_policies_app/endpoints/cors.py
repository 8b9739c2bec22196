"""CORS (Fetch standard §3.2) for the endpoints that apps call from a browser.

Only an origin that an operator registered gets an answer its script may read, never `*`, and never with cookies:
these endpoints look at none. The other endpoints have no such headers at all, so that a browser keeps scripts out.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps

from custom_scopes_and_policies_app.endpoints.call import Answer, Call
from custom_scopes_and_policies_app.endpoints.guard import Endpoint
from custom_scopes_and_policies_app.origins import is_known_origin, is_origin_of

PREFLIGHT_SECONDS = 600
ALLOWED_HEADERS = "Authorization, Content-Type"
EXPOSED_HEADERS = "WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy"
VARY = {"Vary": "Origin"}


def cross_origin(methods: str) -> Callable[[Endpoint], Endpoint]:
    """The endpoint, for browsers of registered origins too; `methods` as in `Access-Control-Allow-Methods`."""

    def for_browsers(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def answer(call: Call) -> Answer:
            if call.method == "OPTIONS" and call.origin:
                return Answer(204, headers=preflight_headers(call.origin, methods))
            given = endpoint(call)
            headers = {**given.headers, **_headers(call.origin, given.client_id)}
            return replace(given, headers=headers)

        return answer

    return for_browsers


def preflight_headers(origin: str, methods: str) -> Mapping[str, str]:
    """A preflight names no client: it is answered when any enabled client registered the origin."""
    if not is_known_origin(origin):
        return VARY
    return {
        **VARY,
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }


def _headers(origin: str, client_id: str) -> Mapping[str, str]:
    """An answer for a client is for that client's origins only.

    One that could not be put down to any client, as for an expired token, says nothing about anybody; a script of
    a registered origin may read it, to tell "sign in again" from "no network".
    """
    if not origin:
        return VARY
    is_allowed = is_origin_of(client_id, origin) if client_id else is_known_origin(origin)
    return {**VARY, **readable_by(origin)} if is_allowed else VARY


def readable_by(origin: str) -> Mapping[str, str]:
    """The headers of an answer that scripts of this origin may read."""
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED_HEADERS}

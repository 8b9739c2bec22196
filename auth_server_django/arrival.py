"""The first thing that happens to a request: it gets its id, and what only a trusted proxy may say is believed.

`X-Forwarded-Proto` (whether the person came by HTTPS) and `X-Forwarded-Host` are taken away unless the peer is one of
`TRUSTED_PROXIES`, so that no stranger decides what Django takes for a secure request (requirement F10).
"""

import logging
import os
import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from auth_server_django.conf import conf
from auth_server_django.logs.request_id import request_id as under_way
from core_app.caller import arrived, is_from_proxy
from custom_scopes_and_policies_app.endpoints.call import BARE
from custom_scopes_and_policies_app.views.machine import MachineResponse

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
# What a proxy or an app may call its request; anything else gets a name of ours.
GOOD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
ONLY_FROM_PROXIES = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
# Browser features that no page of ours uses; passkeys are asked for by our own pages alone.
PERMISSIONS = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)"
)
# What the middleware for pages has an answer depend on.
ONLY_OF_PAGES = {"accept-language", "cookie"}


class ArrivalMiddleware:
    """Outermost: request id in and out, forwarding headers, the longest query there may be, Permissions-Policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._has_warned = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = name_request(request.META)
        self._believe_proxies_only(request)
        with arrived(request.META):
            response = self._answer(request)
        response[REQUEST_ID] = request_id
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if isinstance(response, MachineResponse):
            _without_what_pages_need(response)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if is_query_too_long(request.META):
            payload = {"error": "invalid_request", "error_description": "The address is too long."}
            return JsonResponse(payload, status=414)
        if are_headers_too_long(request.META):
            payload = {"error": "invalid_request", "error_description": "The headers are too long."}
            return JsonResponse(payload, status=431)
        return self.get_response(request)

    def _believe_proxies_only(self, request: HttpRequest) -> None:
        if are_forwarding_headers_good(request.META):
            return
        for name in ONLY_FROM_PROXIES:
            request.META.pop(name, None)
        if not self._has_warned:
            # Once a process: a stranger can send these headers as often as they like.
            self._has_warned = True
            logger.warning(
                "Requests come with X-Forwarded headers from an address that TRUSTED_PROXIES does not name; they "
                "are ignored. Behind a proxy, every caller now seems to have the proxy's address."
            )


def name_request(environ: MutableMapping[str, Any]) -> str:
    """Give the request its id, for the record, its answer and every log line that it causes; it keeps the one it has,
    whichever entrance gave it.
    """
    request_id: str = environ.get("auth.request_id") or request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
    environ["auth.request_id"] = request_id
    under_way.set(request_id)
    return request_id


def request_id_of(given: str) -> str:
    """The caller's own id for the request when it has the shape of one, or a new one."""
    return given if GOOD_ID.fullmatch(given) else os.urandom(8).hex()


def are_forwarding_headers_good(environ: Mapping[str, Any]) -> bool:
    """Whether there are none, or they come from a proxy that the operator named."""
    has_none = "HTTP_X_FORWARDED_FOR" not in environ and "HTTP_X_FORWARDED_PROTO" not in environ
    return has_none or is_from_proxy(environ)


def is_query_too_long(environ: Mapping[str, Any]) -> bool:
    """Whether the address has a longer query than `MAX_QUERY_BYTES`."""
    return len(environ.get("QUERY_STRING", "")) > conf.MAX_QUERY_BYTES


def are_headers_too_long(environ: Mapping[str, Any]) -> bool:
    """Whether the values of the headers have more characters together than `MAX_HEADER_BYTES`."""
    total = 0
    for name in environ:
        if name.startswith("HTTP_"):
            total += len(environ[name])
    return total > conf.MAX_HEADER_BYTES


def _without_what_pages_need(response: MachineResponse) -> None:
    """Answers for programs are English, whatever language is asked for, and look at no cookie and set none.

    A cache may keep one copy for everybody then, and cannot hand one browser's cookie to another (RFC 9111 §4.1).
    """
    del response["Content-Language"]
    depends_on = [name.strip() for name in response.get("Vary", "").split(",")]
    kept = [name for name in depends_on if name and name.lower() not in ONLY_OF_PAGES]
    del response["Vary"]
    if kept:
        response["Vary"] = ", ".join(kept)
    response.cookies.clear()
    if response.status_code in BARE:
        del response["Content-Length"]

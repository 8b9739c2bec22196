"""One access line and one measurement for each request, whoever answers it."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from auth_server_django.conf import conf
from auth_server_django.logs.access import ACCESS, Fields, write_access_line
from auth_server_django.metrics.instruments import METHODS, OTHER, observe_request
from core_app.caller import client_ip
from sessions_app.middleware import SID_KEY

logger = logging.getLogger(ACCESS)

NO_ROUTE = "none"
# Probes come every few seconds and say nothing.
QUIET = ("/health/", "/metrics")
LONGEST_CLIENT_ID = 64


class ObservedMiddleware:
    """Outside everything but the arrival, so that refused and failed requests are seen too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        observe(
            request.META,
            method=request.method or "",
            route=route_of(request),
            status=response.status_code,
            seconds=time.perf_counter() - started,
            sid=_sid_of(request),
            is_quiet=request.path_info.startswith(QUIET),
        )
        return response


def observe(
    environ: Mapping[str, Any],
    *,
    method: str,
    route: str,
    status: int,
    seconds: float,
    sid: str = "",
    is_quiet: bool = False,
) -> None:
    """Count an answered request and write its line, unless it is not worth one (`is_quiet`)."""
    observe_request(method=method, route=route, status=status, seconds=seconds)
    if is_quiet or not conf.ACCESS_LOG or not logger.isEnabledFor(logging.INFO):
        return
    line: Fields = {
        "request_id": environ.get("auth.request_id", ""),
        "method": method if method in METHODS else OTHER,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "ip": client_ip(environ),
    }
    client_id = str(environ.get("auth.client_id", ""))[:LONGEST_CLIENT_ID]
    if client_id:
        line["client_id"] = client_id
    if sid:
        line["sid"] = sid
    write_access_line(logger, line)


def route_of(request: HttpRequest) -> str:
    """The pattern that matched, never the address itself: links hold tokens, and strangers invent addresses."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else NO_ROUTE


def _sid_of(request: HttpRequest) -> str:
    """The sign-in of this browser, if the request has looked at it: a log line must not ask the database."""
    session = getattr(request, "session", None)
    loaded: dict[str, object] = getattr(session, "_session_cache", {})
    return str(loaded.get(SID_KEY, ""))

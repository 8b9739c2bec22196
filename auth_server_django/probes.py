"""Health and metrics, answered before hosts, cookies and redirects are looked at.

A probe comes to an address inside the cluster, by plain HTTP, with no host name of ours: ALLOWED_HOSTS and the redirect
to HTTPS are not for it.
"""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse

from auth_server_django import health
from auth_server_django.metrics.exposition import metrics

METRICS = "/metrics"
HEALTH: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": health.live,
    "/health/ready": health.ready,
}


class ProbesMiddleware:
    """Answers the probes; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path in HEALTH:
            if request.method not in {"GET", "HEAD"}:
                return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
            return HEALTH[path](request)
        if path == METRICS:
            # None: this caller may not see them, and gets the page for an unknown address.
            return metrics(request) or self.get_response(request)
        return self.get_response(request)

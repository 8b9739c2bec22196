"""GET /metrics, for whom the operator let in; for everybody else there is nothing at this address."""

import hmac
import os

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from auth_server_django.conf import conf
from auth_server_django.metrics.asked import AskedCollector
from auth_server_django.metrics.folder import VARIABLE, forget_dead_processes
from core_app.caller import client_ip, is_address_within

_asked = AskedCollector()


def metrics(request: HttpRequest) -> HttpResponse | None:
    """The figures in Prometheus' text form; None for a caller who may not see them."""
    if not _may_see(request):
        return None
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    return HttpResponse(_text(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_see(request: HttpRequest) -> bool:
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    wanted = conf.METRICS_TOKEN
    if wanted and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    return is_address_within(client_ip(request.META), conf.METRICS_NETWORKS)


def _text() -> bytes:
    folder = os.environ.get(VARIABLE)
    asked = CollectorRegistry()
    asked.register(_asked)
    if folder is None:
        return generate_latest(REGISTRY) + generate_latest(asked)
    forget_dead_processes(folder)
    counted = CollectorRegistry()
    MultiProcessCollector(counted, folder)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(asked)

"""Health: is the process up, and is everything there that it needs to serve a login?"""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from jwt_app.models import SigningKey


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and a signing key are there; the cache may be away ("degraded")."""
    checks = {"database": _database(), "cache": "ok" if _cache() else "degraded"}
    is_ready = checks["database"] == "ok"
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", "checks": checks}, status=200 if is_ready else 503
    )


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "migrations missing"
        if not SigningKey.objects.filter(state=SigningKey.State.ACTIVE).exists():
            return "no active signing key"
    except DatabaseError:
        return "unreachable"
    return "ok"


def _cache() -> bool:
    try:
        cache.set("health", "ok", timeout=5)
        return bool(cache.get("health") == "ok")
    except Exception:  # noqa: BLE001, RUF100  every cache client raises its own errors
        return False

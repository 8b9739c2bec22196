"""Health: is the process up, and is everything there that it needs to serve a login?

Without the database, its tables or a key to sign with nothing works: 503, take this process out of the load balancer.
Without Redis or the broker things get slower or wait: 200 with `"degraded"`, because taking every process out would
make that worse.
"""

import time
from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from kombu.connection import Connection
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from core_app.cleanup import backlog, is_red
from jwt_app.models import SigningKey
from messaging_app.conf import CELERY
from messaging_app.conf import conf as messaging

OK, DEGRADED, UNAVAILABLE, UNUSED = "ok", "degraded", "unavailable", "unused"
BROKER_SECONDS = 1.0
# The slow questions are asked again after so long: probes come every few seconds, to every process.
FRESH_SECONDS = 10.0
READ_ONLY = {
    "postgresql": "SELECT current_setting('transaction_read_only') = 'on'",
    "mysql": "SELECT @@global.read_only",
}


class Remembered:
    """What a question was last answered with, for a while."""

    def __init__(self, ask: Callable[[], str], *, seconds: float, keep_ok: bool = False) -> None:
        self._ask = ask
        self._seconds = seconds
        self._keep_ok = keep_ok
        self._lock = Lock()
        self._answer = ""
        self._asked_at = 0.0

    def __call__(self) -> str:
        with self._lock:
            is_kept = self._keep_ok and self._answer == OK
            if not self._answer or not (is_kept or time.monotonic() - self._asked_at < self._seconds):
                self._answer = self._ask()
                self._asked_at = time.monotonic()
            return self._answer

    def forget(self) -> None:
        """Ask anew next time."""
        with self._lock:
            self._answer = ""


def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers. Asks nobody: a database that is away is no reason to restart this."""
    return _json({"status": OK}, 200)


def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and a signing key are there, whatever else is away; 503 otherwise."""
    checks = {"database": _database(), "cache": _cache(), "broker": _broker()}
    if checks["database"] == OK:
        checks["cleanup"] = _cleanup()
    is_ready = checks["database"] == OK
    is_whole = is_ready and set(checks.values()) <= {OK, UNUSED}
    status = (OK if is_whole else DEGRADED) if is_ready else UNAVAILABLE
    return _json({"status": status, "checks": checks}, 200 if is_ready else 503)


def forget_answers() -> None:
    """Ask everything anew: the tests use another database each time."""
    for remembered in (_migrations, _broker, _cleanup):
        remembered.forget()


def _json(payload: dict[str, object], status: int) -> JsonResponse:
    return JsonResponse(payload, status=status, headers={"Cache-Control": "no-store"})


def _database() -> str:
    try:
        if _is_read_only():
            return "read only"
        migrations = _migrations()
        if migrations != OK:
            return migrations
        if not SigningKey.objects.filter(state=SigningKey.State.ACTIVE).exists():
            return "no active signing key"
    except (DatabaseError, InterfaceError):
        return "unreachable"
    return OK


def _is_read_only() -> bool:
    """A replica, or a primary that was told to stop writing (R08, R23): nobody can sign in there."""
    question = READ_ONLY.get(connection.vendor)
    if question is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0]).upper() in {"TRUE", "1", "ON"}


def _ask_migrations() -> str:
    executor = MigrationExecutor(connection)
    return "migrations missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else OK


def _cache() -> str:
    try:
        cache.set("health", OK, timeout=5)
        return OK if cache.get("health") == OK else DEGRADED
    except (RedisError, OSError):
        return DEGRADED


def _ask_broker() -> str:
    """Nothing waits for the broker itself: the outbox is in the database, and the worker comes back to it."""
    if messaging.MESSAGING_DELIVERY != CELERY and not settings.CELERY_BROKER_URL:
        return UNUSED
    try:
        with Connection(
            settings.CELERY_BROKER_URL,
            connect_timeout=BROKER_SECONDS,
            transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        ) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    except (BrokerError, RedisError, OSError, ValueError):
        return DEGRADED
    return OK


def _ask_cleanup() -> str:
    try:
        return DEGRADED if any(is_red(one) for one in backlog(timezone.now())) else OK
    except (DatabaseError, InterfaceError):
        return DEGRADED


# The tables of a release do not go away under it: once right, always right for this process.
_migrations = Remembered(_ask_migrations, seconds=1.0, keep_ok=True)
_broker = Remembered(_ask_broker, seconds=FRESH_SECONDS)
_cleanup = Remembered(_ask_cleanup, seconds=60.0)

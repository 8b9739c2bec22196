"""Browser origins that apps have registered, for CORS (E06): compared exactly, as the browser sends them."""

import time
from threading import Lock

from django.db import Error as AnyDatabaseError

from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.models import Application

CACHE_SECONDS = 1.0
MAX_ORIGIN = 300

_lock = Lock()
_known: tuple[float, frozenset[str]] = (0.0, frozenset())


def is_origin_of(client_id: str, origin: str) -> bool:
    """Whether this very client, enabled, registered the origin. No SQL when the client was just used."""
    try:
        client = find_client(client_id)
    except AnyDatabaseError:
        # The call itself has been answered by now: its script may not read that, no more.
        return False
    return client is not None and origin in client.allowed_origins.split()


def is_known_origin(origin: str) -> bool:
    """Whether any enabled client registered the origin: all that can be asked before the client is known."""
    return bool(origin) and len(origin) <= MAX_ORIGIN and origin in _registered()


def forget_origins() -> None:
    """Drop this process's copy: a client was changed here, or a test starts."""
    global _known
    with _lock:
        _known = (0.0, frozenset())


def _registered() -> frozenset[str]:
    global _known
    fresh_until, origins = _known
    if fresh_until > time.monotonic():
        return origins
    try:
        origins = _read()
    except AnyDatabaseError:
        # What was known goes on; what was never known stays closed.
        return origins
    with _lock:
        _known = (time.monotonic() + CACHE_SECONDS, origins)
    return origins


def _read() -> frozenset[str]:
    rows = Application.objects.filter(is_enabled=True).exclude(allowed_origins="")
    texts = rows.values_list("allowed_origins", flat=True)
    return frozenset(origin for text in texts for origin in text.split())

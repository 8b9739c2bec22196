"""Where the figures come from: the events of every room, and each statement of every connection."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import autodiscover_modules

from auth_server_django.metrics.instruments import OTHER, SQL_ERRORS, SQL_SECONDS, event_counter
from core_app.events import CATALOGUE, REFUSED, SUCCESS, Event

GRANT_TYPES = frozenset(
    {
        "", "authorization_code", "refresh_token", "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
    }
)  # fmt: skip


def listen_to_events() -> None:
    """Count every event of the catalogue."""
    # A room's events are known once its `signals` module is loaded; nobody else may have done that yet.
    autodiscover_modules("signals")
    for signal in CATALOGUE.values():
        signal.connect(count_event, dispatch_uid=f"metrics.{signal.name}")


def count_event(sender: object, event: Event, **kwargs: Any) -> None:
    """Count an event once it has taken place: a rolled-back change counts for nothing."""
    # A caller may write anything into grant_type: what is not ours has one name.
    grant_type = event.grant_type if event.grant_type in GRANT_TYPES else OTHER
    outcome = event.outcome if event.outcome in {SUCCESS, REFUSED} else OTHER
    transaction.on_commit(partial(event_counter(event.name, grant_type, outcome).inc), robust=True)


def watch_statements(sender: object, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Time the statements of a new connection."""
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    except Exception as error:
        SQL_ERRORS.labels(type(error).__name__).inc()
        raise
    finally:
        SQL_SECONDS.observe(time.perf_counter() - started)

"""The id of the request under way, for every log line it causes, until the next request comes."""

from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id")


def add_request_id(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor. Outside of a request there is none."""
    known = request_id.get(None)
    if known is not None:
        event.setdefault("request_id", known)
    return event

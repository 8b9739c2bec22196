"""The post office as operators see it."""

from messaging_app.admin import outbox

__all__ = ["outbox"]

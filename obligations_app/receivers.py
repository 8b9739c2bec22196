"""What happens when a room tells of an event: it is recorded, and its person is told if that is due."""

from typing import Any

from core_app.events import CATALOGUE, Event
from obligations_app.notify import tell_if_due
from obligations_app.recorder import record


def connect_all() -> None:
    """Listen to every event that any room has declared. Calling it again changes nothing."""
    for signal in CATALOGUE.values():
        signal.connect(on_event, dispatch_uid="obligations_app.record")


def on_event(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction of the event; what it raises rolls that back."""
    tell_if_due(record(event))

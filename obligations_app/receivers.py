"""What happens when a room tells of an event: it is recorded, and its person is told if that is due."""

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models.signals import post_save

from core_app.caller import present_caller
from core_app.events import CATALOGUE, Event
from obligations_app.folding import is_counted_instead
from obligations_app.later import TOLD_LATER, tell_later
from obligations_app.notify import tell_if_due
from obligations_app.recorder import record
from obligations_app.signals import operator_acted


def connect_all() -> None:
    """Listen to every event that any room has declared. Calling it again changes nothing."""
    for signal in CATALOGUE.values():
        signal.connect(on_event, dispatch_uid="obligations_app.record")
    post_save.connect(on_admin_action, sender=LogEntry, dispatch_uid="obligations_app.operator")


def on_event(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction of the event; what it raises rolls that back."""
    if is_counted_instead(event):
        return
    entry = record(event)
    if event.name in TOLD_LATER:
        tell_later(entry)
    else:
        tell_if_due(entry)


def on_admin_action(sender: object, instance: LogEntry, created: bool, **kwargs: Any) -> None:
    """Django notes every change in the admin, in the transaction of the change; here it becomes part of the record."""
    if created:
        kind = instance.content_type
        operator_acted.emit(
            user_id=instance.user_id,
            subject=f"{kind.app_label}.{kind.model} {instance.object_id}" if kind else "",
            reason=_deeds(instance),
            caller=present_caller(),
        )


def _deeds(entry: LogEntry) -> str:
    """`changed Name, Logo URI`: what was done, and to which fields. Never their values."""
    words = {1: "added", 2: "changed", 3: "deleted"}.get(entry.action_flag, "")
    try:
        parts = json.loads(entry.change_message)
    except ValueError:
        return words
    fields = [
        field
        for part in parts
        if isinstance(part, dict)
        for detail in part.values()
        for field in detail.get("fields", [])
    ]
    return f"{words} {', '.join(map(str, fields))}".strip()

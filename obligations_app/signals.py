"""What this room tells the record of itself, and of what operators do in the admin."""

from core_app.events import AuditSignal

log_exported = AuditSignal(
    "log.exported",
    "Somebody asked for a part of this record as a file; the subject says which part, the reason the format.",
)
operator_acted = AuditSignal(
    "operator.acted",
    "An operator added, changed or removed something in the admin; the subject says what, the reason which fields. "
    "The person is the operator.",
)
duty_changed = AuditSignal(
    "duty.changed",
    "An operator changed who is told of an event; the subject is the duty, the reason what it is now.",
)
notices_dropped = AuditSignal(
    "notices.dropped",
    "So many notices were written in this hour that more of them are dropped; told once an hour.",
)

"""What this room tells the record."""

from core_app.events import AuditSignal

operator_disconnected_app = AuditSignal(
    "operator.app_disconnected", "An operator took an app's access to a person's account away."
)
recovery_started = AuditSignal(
    "operator.recovery_started",
    "An operator had a link for a new password sent to a person; the reason says where it went.",
)

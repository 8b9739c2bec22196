"""Events of the post office. For a budget, `subject` is its name, `reason` the money and the seconds it was for."""

from core_app.events import AuditSignal

budget_exhausted = AuditSignal(
    "sms.budget_exhausted", "A money budget stopped all SMS; told once per budget and window."
)
message_retried = AuditSignal(
    "message.retried",
    "An operator had a message that was given up sent again; the subject is its id, the reason its purpose.",
)

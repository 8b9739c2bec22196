"""Events of the post office. `subject` is the budget's name, `reason` the money and the seconds it was for."""

from core_app.events import AuditSignal

budget_exhausted = AuditSignal(
    "sms.budget_exhausted", "A money budget stopped all SMS; told once per budget and window."
)

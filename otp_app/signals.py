"""Events of the one-time codes.

`reason` is the purpose (and why, when refused), `subject` the masked number or address.
"""

from core_app.events import AuditSignal

otp_sent = AuditSignal(
    "otp.sent",
    "A one-time code was queued for a number or an address; refused: nobody has it, and nothing is sent.",
)
otp_verified = AuditSignal(
    "otp.verified", "The right code was entered, or the link beside it used; both are used up."
)
otp_failed = AuditSignal("otp.failed", "A wrong code was entered; it was counted.")

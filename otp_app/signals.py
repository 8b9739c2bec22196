"""Events of the one-time codes.

`reason` is the purpose (and why, when refused), `subject` the masked number.
"""

from core_app.events import AuditSignal

otp_sent = AuditSignal(
    "otp.sent",
    "A one-time code was queued for a phone number; refused: nobody has the number, and nothing is sent.",
)
otp_verified = AuditSignal("otp.verified", "The right code was entered; it is used up.")
otp_failed = AuditSignal("otp.failed", "A wrong code was entered; it was counted.")

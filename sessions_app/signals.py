"""What this room tells the record."""

from core_app.events import AuditSignal

login_failed = AuditSignal(
    "login.failed", "A password was refused; the subject is the masked number or address."
)
session_started = AuditSignal("session.started", "Somebody signed in on a device.")
session_stepped_up = AuditSignal("session.stepped_up", "A live session proved more, or proved it again.")
session_ended = AuditSignal("session.ended", "A session ended; the reason says why.")
device_new = AuditSignal("device.new", "A person signed in on a device that was not known before.")
# Its reason for the device on which the account was first used: that is no news to anybody.
FIRST_DEVICE = "first"
device_renamed = AuditSignal("device.renamed", "A person gave a device another name.")
session_reported = AuditSignal(
    "session.reported", "A person says that a sign-in was not theirs: to be reviewed. Everything was ended."
)

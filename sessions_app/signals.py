"""What this room tells the record."""

from core_app.events import AuditSignal

session_started = AuditSignal("session.started", "Somebody signed in on a device.")
session_stepped_up = AuditSignal("session.stepped_up", "A live session proved more, or proved it again.")
session_ended = AuditSignal("session.ended", "A session ended; the reason says why.")
device_new = AuditSignal("device.new", "A person signed in on a device that was not known before.")

"""What this room tells the record."""

from core_app.events import AuditSignal

person_deactivated = AuditSignal("person.deactivated", "An account was shut; nothing may be issued to it.")
person_reactivated = AuditSignal("person.reactivated", "A shut account was opened again.")
password_changed = AuditSignal("password.changed", "A person has a new password; the reason says how.")

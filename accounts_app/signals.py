"""What this room tells the record."""

from core_app.events import AuditSignal

person_deactivated = AuditSignal("person.deactivated", "An account was shut; nothing may be issued to it.")
person_reactivated = AuditSignal("person.reactivated", "A shut account was opened again.")
password_changed = AuditSignal("password.changed", "A person has a new password; the reason says how.")
phone_changed = AuditSignal("phone.changed", "A person proved a new number, which took the old one's place.")
phone_change_undone = AuditSignal(
    "phone.change_undone", "A change of number was taken back by the link in its notice."
)

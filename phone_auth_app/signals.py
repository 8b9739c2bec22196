"""What this room tells the record."""

from core_app.events import AuditSignal

person_signed_up = AuditSignal(
    "person.signed_up", "Somebody proved a number, chose a password and got an account."
)
login_failed = AuditSignal("login.failed", "A number and password were refused; the subject is masked.")

"""What this room tells the record."""

from core_app.events import AuditSignal

person_signed_up = AuditSignal(
    "person.signed_up", "Somebody proved a number or an address and got an account."
)
person_deactivated = AuditSignal(
    "person.deactivated", "An account was shut, by an operator or its owner; nothing may be issued to it."
)
person_reactivated = AuditSignal("person.reactivated", "A shut account was opened again.")
person_deleted = AuditSignal("person.deleted", "A closed account was deleted with all that was held on it.")
person_exported = AuditSignal("person.exported", "A person downloaded everything that is held on them.")
profile_changed = AuditSignal(
    "person.profile_changed", "A person changed their profile; the reason names the fields."
)
password_changed = AuditSignal("password.changed", "A person has a new password; the reason says how.")
password_change_required = AuditSignal(
    "password.change_required", "An operator wants a new password; until then the person gets nothing."
)
phone_first_proven = AuditSignal(
    "phone.first_proven",
    "Somebody proved a number that was on an account unproven; what had been prepared there is gone.",
)
email_verified = AuditSignal(
    "email.verified", "A person proved an e-mail address; they sign in and are told of things with it."
)
email_changed = AuditSignal(
    "email.changed", "A person proved a new e-mail address, which took the old one's place."
)
email_change_undone = AuditSignal(
    "email.change_undone", "A new e-mail address was taken back by the link in its notice."
)
phone_changed = AuditSignal("phone.changed", "A person proved a new number, which took the old one's place.")
phone_change_undone = AuditSignal(
    "phone.change_undone", "A change of number was taken back by the link in its notice."
)
operator_locked = AuditSignal(
    "operator.person_locked", "An operator shut somebody out; the subject says who did it."
)
operator_unlocked = AuditSignal(
    "operator.person_unlocked", "An operator let somebody in again, or lifted the locks of failed attempts."
)
operator_required_password = AuditSignal(
    "operator.password_required", "An operator let somebody go on only with a new password."
)
operator_added_person = AuditSignal("operator.person_added", "An operator added somebody by number.")
operator_changed_person = AuditSignal(
    "operator.person_changed",
    "An operator changed somebody's profile or rights; the reason names the fields.",
)

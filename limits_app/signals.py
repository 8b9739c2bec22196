"""Events of the limits. `subject` is the masked account or the address, `reason` what was locked or why it ended."""

from django.dispatch import Signal

from core_app.events import AuditSignal

# Whose account is this? Asked with `identity` (`identity.plain_identity`) when a lock is recorded; who knows people
# answers with an id. Nobody here does.
owner_wanted = Signal()

account_locked = AuditSignal(
    "account.locked", "Too many failures: an account, or one known device of it, was locked."
)
account_unlocked = AuditSignal("account.unlocked", "The lock of an account was lifted before its time.")
address_locked = AuditSignal("address.locked", "Too many failures from one address: it was locked.")
address_unlocked = AuditSignal("address.unlocked", "The lock of an address was lifted before its time.")
key_blocked = AuditSignal("limit.blocked", "A number, address, block of numbers or country was blocked.")
key_unblocked = AuditSignal("limit.unblocked", "A block was taken away.")

"""What the seal tells the record: every step in the life of a signing key. The subject names algorithm and key."""

from core_app.events import AuditSignal

key_published = AuditSignal("key.published", "A new signing key is in the JWKS; it does not sign yet.")
key_activated = AuditSignal("key.activated", "A signing key began to sign; the reason says why.")
key_retired = AuditSignal(
    "key.retired", "A signing key stopped to sign and only verifies; its private part is gone."
)
key_revoked = AuditSignal("key.revoked", "A signing key was revoked: whatever it signed is refused at once.")
keys_resealed = AuditSignal("keys.resealed", "Signing keys were sealed anew with the current master key.")

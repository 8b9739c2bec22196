"""Events of the second factors. `reason` is the kind; never a code, secret or key."""

from core_app.events import AuditSignal

factor_added = AuditSignal("factor.added", "A person added a second factor; other sign-ins were ended.")
factor_removed = AuditSignal("factor.removed", "A person removed a second factor; other sign-ins were ended.")
factor_renamed = AuditSignal("factor.renamed", "A person gave a second factor another name.")
factor_proven = AuditSignal("factor.proven", "A second factor, or a passkey to sign in with, was proven.")
factor_refused = AuditSignal(
    "factor.refused", "A second factor was not proven; it was counted. The reason also says why."
)
factors_reset = AuditSignal(
    "factor.reset", "An operator removed every second factor of a person, who was signed out everywhere."
)
backup_codes_made = AuditSignal("backup_codes.made", "A person made backup codes; earlier ones are dead.")
backup_code_used = AuditSignal(
    "backup_code.used", "A backup code was used; the subject says how many are left."
)
passkey_suspended = AuditSignal(
    "passkey.suspended",
    "A passkey's counter went backwards: there may be a copy of it. It is refused from now on.",
)

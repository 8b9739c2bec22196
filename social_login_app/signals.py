"""What this room tells the record."""

from core_app.events import AuditSignal

social_linked = AuditSignal(
    "social.linked",
    "An upstream identity opens an account from now on: a new one, the one with the same verified address, or the one "
    "that its owner was signed in to. The subject is the issuer; the reason says which.",
)
social_unlinked = AuditSignal("social.unlinked", "An upstream identity opens an account no more.")
social_refused = AuditSignal(
    "social.refused",
    "A sign-in through a provider was refused; the reason says why. The subject is the provider.",
    folds=True,
)

"""The key ring at rest. Only `ring.py` reads the sealed parts."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SHORT_KID = 12


class SigningKey(models.Model):
    """One key that signs, will sign, or has signed tokens.

    The private part is sealed, bound to its kid, and destroyed when the key stops signing; what is left then is the
    public part, sealed too, so that nobody who can write rows can put in a key of theirs.
    """

    class State(models.TextChoices):
        NEXT = "next", _("next: published, not signing yet")
        ACTIVE = "active", _("active: signing")
        RETIRED = "retired", _("retired: only verifying")
        REVOKED = "revoked", _("revoked: trusted by nobody")

    kid = models.CharField(
        _("key id"), max_length=64, unique=True, help_text=_("RFC 7638 thumbprint of the public part.")
    )
    algorithm = models.CharField(_("algorithm"), max_length=16)
    state = models.CharField(_("state"), max_length=16, choices=State.choices)
    # The algorithm while in that state, NULL otherwise: one key of each per algorithm without a partial index.
    active_slot = models.CharField(max_length=16, unique=True, null=True, blank=True, editable=False)
    next_slot = models.CharField(max_length=16, unique=True, null=True, blank=True, editable=False)
    private_sealed = models.TextField(blank=True, editable=False)
    public_sealed = models.TextField(blank=True, default="", editable=False)
    public_jwk = models.JSONField(_("public key"), editable=False)
    created_at = models.DateTimeField(_("published"), default=timezone.now)
    activated_at = models.DateTimeField(_("active since"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    verify_until = models.DateTimeField(
        _("verifies until"), null=True, blank=True, help_text=_("When the last token it signed is dead.")
    )
    hints_until = models.DateTimeField(
        _("hints until"),
        null=True,
        blank=True,
        help_text=_("Until then an expired ID token that it signed is still understood as a hint."),
    )

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-created_at"]
        permissions = [
            ("rotate_signingkey", _("Can rotate signing keys")),
            ("revoke_signingkey", _("Can revoke signing keys")),
        ]
        constraints = [
            models.CheckConstraint(
                # NULL = "RS256" is unknown, which a CHECK lets pass: the slot must be said to be there.
                condition=Q(state="active", active_slot__isnull=False, active_slot=F("algorithm"))
                | (~Q(state="active") & Q(active_slot__isnull=True)),
                name="active_slot_tells_the_state",
            ),
            models.CheckConstraint(
                condition=Q(state="next", next_slot__isnull=False, next_slot=F("algorithm"))
                | (~Q(state="next") & Q(next_slot__isnull=True)),
                name="next_slot_tells_the_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.kid}"

    @property
    def short_name(self) -> str:
        """Enough of the kid to know the key by; the record takes a whole one for a secret and blots it out."""
        return f"{self.algorithm} {self.kid[:SHORT_KID]}"

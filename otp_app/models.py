"""One row per address and purpose: the live challenge, and the failures and pace that outlive it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid
from messaging_app.recipients import mask_address
from otp_app.purposes import Purpose


class OtpChallenge(models.Model):
    """`otp_app.engine.Line` at rest. The code is nowhere in it; its HMAC is in the cache.

    `version` grows with every change: a transition that was computed from an older one does not take place.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    address = models.CharField(
        _("address"), max_length=254, help_text=_("A number in E.164 or an e-mail address.")
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    language = models.CharField(_("language"), max_length=16, blank=True, default="")
    version = models.PositiveBigIntegerField(default=0, editable=False)

    challenge_id = models.UUIDField(_("challenge"), unique=True, null=True, editable=False)
    binding = models.CharField(max_length=64, blank=True, default="", editable=False)
    generation = models.PositiveIntegerField(_("codes sent"), default=0)
    sends = models.PositiveIntegerField(_("codes sent in a row"), default=0)
    attempts = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    sent_at = models.DateTimeField(_("last code sent"), null=True)
    expires_at = models.DateTimeField(_("last code good until"), null=True)
    attempted_at = models.DateTimeField(_("last try"), null=True)
    consumed_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        constraints = [
            models.UniqueConstraint(
                fields=["address", "purpose"], name="one_challenge_per_address_and_purpose"
            )
        ]
        indexes = [models.Index(fields=["sent_at"], name="challenge_by_age")]

    def __str__(self) -> str:
        return f"{self.purpose} {mask_address(self.address)}"

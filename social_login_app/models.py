"""Upstream identities: whose account an issuer's subject opens."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid


class SocialIdentity(models.Model):
    """One identity at one issuer. Addresses and names there may get another owner; issuer and subject do not (J01).

    A row comes to be only by signing in at the issuer, and opens one account.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="social_identities",
        verbose_name=_("person"),
    )
    issuer = models.CharField(_("issuer"), max_length=200)
    subject = models.CharField(_("subject"), max_length=255)
    label = models.CharField(
        _("known as"),
        max_length=254,
        blank=True,
        default="",
        help_text=_("How its owner recognises it. Nobody is found by it."),
    )
    linked_at = models.DateTimeField(_("connected"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), default=timezone.now)

    class Meta:
        verbose_name = _("upstream identity")
        verbose_name_plural = _("upstream identities")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_per_upstream_identity")
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"

"""The outbox: what is to be said, written in the transaction that gave the reason to say it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid


class OutboundMessage(models.Model):
    """One message to one recipient.

    Recipient and content are sealed; the content is gone once it was sent.
    """

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        EMAIL = "email", _("e-mail")

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused for good")
        DEAD = "dead", _("given up")
        EXPIRED = "expired", _("too late to send")
        UNKNOWN = "unknown", _("nobody knows whether it left")
        REFUSED = "refused", _("over a limit")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    purpose = models.CharField(_("purpose"), max_length=64, help_text=_("Why it is sent, as a stable word."))
    template = models.CharField(_("template"), max_length=100)
    language = models.CharField(_("language"), max_length=16)
    recipient_sealed = models.TextField(editable=False)
    recipient_masked = models.CharField(_("recipient"), max_length=254)
    payload_sealed = models.TextField(editable=False, blank=True, default="")
    # A number, not a foreign key: the post office knows no people, and outlives them.
    user_id = models.BigIntegerField(_("person"), null=True, blank=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=100, unique=True)

    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    claimed_at = models.DateTimeField(_("taken by a worker"), null=True, blank=True)
    expires_at = models.DateTimeField(_("not sent after"), null=True, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True, default="")

    country = models.CharField(_("country"), max_length=3, blank=True, default="")
    # Set before a gateway is called and emptied when it took nothing: what is found here after a worker has died
    # may have been sent.
    handed_to = models.CharField(_("handed to"), max_length=32, blank=True, default="")
    route = models.CharField(_("route"), max_length=32, blank=True, default="")
    provider_id = models.CharField(_("provider's id"), max_length=100, blank=True, default="")
    parts = models.PositiveSmallIntegerField(_("parts"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    receipt_status = models.CharField(_("receipt"), max_length=32, blank=True, default="")
    receipt_at = models.DateTimeField(_("receipt arrived"), null=True, blank=True)
    # Whether codes are typed in is what tells a route that delivers from one that only says so (F24).
    used_at = models.DateTimeField(_("code used"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="message_due"),
            models.Index(fields=["status", "claimed_at"], name="message_claimed"),
            models.Index(fields=["status", "expires_at"], name="message_expiring"),
            models.Index(fields=["route", "provider_id"], name="message_by_provider"),
            models.Index(fields=["created_at"], name="message_by_age"),
            models.Index(fields=["user_id", "created_at"], name="message_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} → {self.recipient_masked}"

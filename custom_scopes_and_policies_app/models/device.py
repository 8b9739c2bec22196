"""A device authorization (RFC 8628): an app without a browser waits while a person decides on another device."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid
from custom_scopes_and_policies_app.models.application import Application
from sessions_app.models import SsoSession


class DeviceAuthorization(models.Model):
    """One request of a device. Both codes are kept as digests only; `granted` maps scopes to policy levels."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for the person")
        APPROVED = "approved", _("approved")
        DENIED = "denied", _("denied")
        REDEEMED = "redeemed", _("tokens given")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    device_code_hash = models.CharField(max_length=64, unique=True, editable=False)
    user_code_hash = models.CharField(max_length=64, unique=True, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="+", verbose_name=_("app")
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PENDING)
    scope = models.TextField(_("scope"), blank=True, default="")
    resource = models.JSONField(_("resources"), default=list)
    granted = models.JSONField(_("granted"), default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    session = models.ForeignKey(
        SsoSession,
        on_delete=models.CASCADE,
        db_column="sid",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("session"),
    )
    ip = models.GenericIPAddressField(_("address of the device"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True, default="")
    interval = models.PositiveSmallIntegerField(_("polling interval (s)"), default=5)
    last_polled_at = models.DateTimeField(_("last polled"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    family = models.UUIDField(_("token family"), null=True, blank=True)

    class Meta:
        verbose_name = _("device authorization")
        verbose_name_plural = _("device authorizations")
        indexes = [models.Index(fields=["expires_at"], name="device_by_expiry")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def consented(self) -> dict[str, str] | None:
        """What the person allows the app now, where the query has asked for it (`coverage.consented_scopes`)."""
        return self.__dict__.get("in_force")

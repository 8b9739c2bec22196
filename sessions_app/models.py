"""Sessions and the devices they live on. The database is the truth; the cache only remembers "alive"."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid


class Device(models.Model):
    """A browser or app installation, known by a cookie (or an id the app sends) of which only a hash is kept."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices", verbose_name=_("person")
    )
    browser_hash = models.CharField(max_length=64, editable=False)
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True, default="")
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    last_ip = models.GenericIPAddressField(_("last address"), null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.UniqueConstraint(fields=["user", "browser_hash"], name="one_device_per_person_and_browser")
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class SsoSession(models.Model):
    """One sign-in of one person on one device. `sid` is what tokens carry (OIDC Back-Channel Logout §2.1)."""

    class EndReason(models.TextChoices):
        LOGOUT = "logout", _("signed out")
        REPLACED = "replaced", _("somebody else signed in here")
        OPERATOR = "operator", _("ended by an operator")
        REFRESH_REUSED = "refresh_reused", _("a refresh token was used twice")
        DEACTIVATED = "deactivated", _("account deactivated")
        CREDENTIALS_CHANGED = "credentials_changed", _("password or factor changed")
        EXPIRED = "expired", _("too old")
        NOT_ME = "not_me", _("reported by the person")

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="sso_sessions",
        verbose_name=_("person"),
    )
    device = models.ForeignKey(
        Device,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("device"),
    )
    auth_time = models.DateTimeField(_("authenticated at"))
    amr = models.JSONField(_("methods"), default=list, help_text=_("RFC 8176 names of what was proven."))
    acr = models.CharField(_("assurance"), max_length=64)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("started"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    expires_at = models.DateTimeField(_("ends at the latest"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    reported_at = models.DateTimeField(
        _("reported"), null=True, blank=True, help_text=_("When the person said that this was not them.")
    )
    end_reason = models.CharField(
        _("why it ended"), max_length=32, choices=EndReason.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [
            models.Index(fields=["user", "ended_at"], name="session_by_person"),
            models.Index(fields=["expires_at"], name="session_by_expiry"),
        ]

    def __str__(self) -> str:
        return str(self.sid)

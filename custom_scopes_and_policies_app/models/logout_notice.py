"""Telling apps that a session ended (OIDC Back-Channel Logout): one row per app, delivered until it is accepted."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid
from custom_scopes_and_policies_app.models.application import Application


class LogoutNotice(models.Model):
    """Written in the transaction that ends the session. The logout token is signed anew for each attempt."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="logout_notices", verbose_name=_("app")
    )
    sid = models.UUIDField(_("session"))
    sub = models.UUIDField(_("person"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    last_status = models.PositiveSmallIntegerField(_("last HTTP status"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta:
        verbose_name = _("logout notice")
        verbose_name_plural = _("logout notices")
        constraints = [
            models.UniqueConstraint(
                fields=["sid", "application"], name="one_logout_notice_per_session_and_app"
            )
        ]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="logout_notice_due")]

    def __str__(self) -> str:
        return str(self.id)

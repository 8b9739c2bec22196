"""Single access tokens that were revoked although no family stands behind them (client credentials)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RevokedToken(models.Model):
    """Kept until the token would have expired by itself."""

    jti = models.CharField(max_length=64, primary_key=True)
    revoked_at = models.DateTimeField(_("revoked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        verbose_name = _("revoked token")
        verbose_name_plural = _("revoked tokens")

    def __str__(self) -> str:
        return self.jti

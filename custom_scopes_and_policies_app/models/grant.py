"""The authorization code (RFC 6749 §4.1.2), with everything the token made from it will say.

Only a hash of the code is kept. The row stays after use until it expires, so that a replay is recognised and ends
what the first use gave.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from custom_scopes_and_policies_app.dot.models import AbstractGrant
from sessions_app.models import SsoSession


class Grant(AbstractGrant):
    """One code. `code` holds its SHA-256, never the code."""

    session = models.ForeignKey(
        SsoSession,
        on_delete=models.CASCADE,
        db_column="sid",
        null=True,
        related_name="+",
        verbose_name=_("session"),
    )
    acr = models.CharField(_("assurance"), max_length=64, blank=True, default="")
    amr = models.JSONField(_("methods"), default=list)
    auth_time = models.DateTimeField(_("authenticated at"), null=True)
    policies = models.JSONField(_("policy levels"), default=dict)
    consumed_at = models.DateTimeField(_("used"), null=True, blank=True)
    family = models.UUIDField(_("token family"), null=True, blank=True)
    gives_refresh_token = models.BooleanField(_("gives a refresh token"), default=True)
    failures = models.PositiveSmallIntegerField(_("failed attempts"), default=0)

    @property
    def granted(self) -> dict[str, str]:
        """Every scope with its level, "" where it has none."""
        return {name: self.policies.get(name, "") for name in self.scope.split()}

    @property
    def consented(self) -> dict[str, str] | None:
        """What the person allows the app now, where the query has asked for it (`coverage.consented_scopes`)."""
        return self.__dict__.get("in_force")

    class Meta(AbstractGrant.Meta):
        verbose_name = _("authorization code")
        verbose_name_plural = _("authorization codes")
        indexes = [models.Index(fields=["expires"], name="grant_by_expiry")]

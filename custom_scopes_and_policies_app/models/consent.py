"""The person's durable decision about an app, independent of any token."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from custom_scopes_and_policies_app.models.application import Application


class Consent(models.Model):
    """One row per person and app. `scopes` maps a scope to its chosen level ("" where it has none).

    `declined` holds optional scopes the person unticked, so that they are not asked again each time.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents", verbose_name=_("person")
    )
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="consents", verbose_name=_("app")
    )
    scopes = models.JSONField(_("scopes"), default=dict)
    declined = models.JSONField(_("declined"), default=list)
    text_versions = models.JSONField(_("text versions"), default=dict)
    first_given_at = models.DateTimeField(_("first given"), default=timezone.now)
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["user", "application"], name="one_consent_per_person_and_app")
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.application}"

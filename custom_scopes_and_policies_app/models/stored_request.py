"""An authorization request under way (RFC 6749 §4.1.1), kept on this side while a person signs in and consents."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredRequest(models.Model):
    """One request. It is deleted when it is answered, which only one caller can do.

    `sealed` is what the app asked, and never changes; the other columns are what happened to it since. `binding` is the
    hashed cookie of the browser it was made in, `origin` where the forms of its pages may lead.
    """

    id = models.CharField(primary_key=True, max_length=32, editable=False)
    binding = models.CharField(max_length=64, db_index=True, editable=False)
    origin = models.CharField(max_length=300, blank=True, default="", editable=False)
    sealed = models.TextField(editable=False)
    granted = models.JSONField(_("granted"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=36, blank=True, default="")
    is_account_selected = models.BooleanField(_("account selected"), default=False)
    is_step_up_offered = models.BooleanField(_("step-up offered"), default=False)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        verbose_name = _("authorization request")
        verbose_name_plural = _("authorization requests")

    def __str__(self) -> str:
        return str(self.id)

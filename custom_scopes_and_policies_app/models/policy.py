"""Scopes and policy levels: what can be asked for, how it is asked, and how much of it is given."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from sessions_app.assurance import LADDER

# RFC 6749 §3.3, and no more than an HTML form and a log line carry unharmed.
SCOPE_TOKEN = re.compile(r"[A-Za-z0-9._:/~+\-]{1,100}")


class Scope(models.Model):
    """One scope (RFC 6749 §3.3) in words a person understands."""

    class Approval(models.TextChoices):
        AUTOMATIC = "automatic", _("automatic")
        ONCE = "once", _("once")
        ALWAYS = "always", _("every time")
        STEP_UP = "step_up", _("after a second factor")
        OPERATOR = "operator", _("by an operator")

    name = models.CharField(_("name"), max_length=100, unique=True)
    label = models.CharField(_("label"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="")
    claims = models.JSONField(_("claims released"), default=list, blank=True)
    approval = models.CharField(_("asked"), max_length=16, choices=Approval.choices, default=Approval.ONCE)
    is_required = models.BooleanField(_("required"), default=False, help_text=_("Cannot be unticked."))
    required_reason = models.CharField(_("why required"), max_length=200, blank=True, default="")
    is_restricted = models.BooleanField(
        _("restricted"), default=False, help_text=_("Only for apps whose allowed scopes name it.")
    )
    is_default = models.BooleanField(_("given when none is asked"), default=False)
    required_acr = models.CharField(_("required assurance"), max_length=64, blank=True, default="")
    text_version = models.PositiveIntegerField(_("text version"), default=1)
    asks_again_on_new_text = models.BooleanField(_("ask again when the text changes"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta:
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse at save what would break consent, discovery or userinfo. Raises ValidationError by field."""
        if not SCOPE_TOKEN.fullmatch(self.name):
            raise ValidationError(
                {"name": _("Use visible ASCII characters without quotes, as in orders.read.")}
            )
        is_list = isinstance(self.claims, list) and all(isinstance(claim, str) for claim in self.claims)
        if not is_list:
            raise ValidationError({"claims": _('Give a list of claim names, as ["email"].')})
        if self.is_required and not self.required_reason:
            raise ValidationError({"required_reason": _("Say why it cannot be unticked: people see this.")})
        _check_acr(self.required_acr)


class PolicyLevel(models.Model):
    """How much of a scope is given. `value` travels in the `policies` claim; a higher rank gives more."""

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, related_name="levels", verbose_name=_("scope"))
    value = models.CharField(_("value"), max_length=50)
    label = models.CharField(_("label"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="")
    rank = models.PositiveSmallIntegerField(_("rank"))
    claim_filter = models.JSONField(
        _("claims"),
        default=dict,
        blank=True,
        help_text=_('How each claim is given: "full", "masked" or "omit".'),
    )
    limits = models.JSONField(_("limits for resource servers"), default=dict, blank=True)
    required_acr = models.CharField(_("required assurance"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("policy level")
        verbose_name_plural = _("policy levels")
        ordering = ["scope", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "value"], name="one_value_per_scope"),
            models.UniqueConstraint(fields=["scope", "rank"], name="one_rank_per_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.scope.name}:{self.value}"

    def clean(self) -> None:
        """A filter that is misspelt must not release more. Raises ValidationError by field."""
        rules = self.claim_filter
        if not isinstance(rules, dict) or not set(map(str, rules.values())) <= {"full", "masked", "omit"}:
            raise ValidationError({"claim_filter": _('Give each claim "full", "masked" or "omit".')})
        if not isinstance(self.limits, dict):
            raise ValidationError({"limits": _('Give an object, as {"max_amount": 100}.')})
        _check_acr(self.required_acr)


def _check_acr(acr: str) -> None:
    if acr and acr not in LADDER:
        raise ValidationError({"required_acr": _("Not a level of assurance: %(acr)s.") % {"acr": acr}})

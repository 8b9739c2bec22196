"""What operators changed in the table of duties."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from obligations_app.duties.changes import Change, ImpossibleDuty, duty_named, require_possible
from obligations_app.duties.choices import Audience, Channels, Per
from obligations_app.duties.duty import Throttle


class DutyRule(models.Model):
    """One row of the table as an operator wants it. What is empty is as in the table; without a row all of it is."""

    event = models.CharField(_("event"), max_length=64)
    audience = models.CharField(_("who is told"), max_length=16, choices=Audience.choices)
    is_on = models.BooleanField(_("told"), default=True)
    channels = models.CharField(
        _("how"),
        max_length=16,
        choices=Channels.choices,
        blank=True,
        default="",
        help_text=_("Empty: as usual."),
    )
    at_most = models.PositiveIntegerField(
        _("at most"),
        null=True,
        blank=True,
        help_text=_("Notices of this event to one recipient. Empty: as usual."),
    )
    per = models.CharField(_("in one"), max_length=8, choices=Per.choices, default=Per.HOUR)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        app_label = "obligations_app"
        verbose_name = _("duty to tell")
        verbose_name_plural = _("duties to tell")
        constraints = [
            models.UniqueConstraint(fields=["event", "audience"], name="one_rule_per_duty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Which duty it is about, as in the table."""
        return f"{self.event}/{self.audience}"

    @property
    def change(self) -> Change:
        """What it says."""
        return Change(
            is_on=self.is_on,
            channels=Channels(self.channels) if self.channels else None,
            throttle=Throttle(self.at_most, Per(self.per)) if self.at_most is not None else None,
        )

    def clean(self) -> None:
        """Raises ValidationError, in words, for what cannot be carried out."""
        try:
            require_possible(duty_named(self.name), self.change)
        except ImpossibleDuty as error:
            raise ValidationError(error.problem) from error  # type: ignore[arg-type]  # a promise is fine

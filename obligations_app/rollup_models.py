"""What the log and the outbox came to, hour by hour, so that nobody has to count millions of rows to see it.

All of it can be made again from the log and the outbox while they still have the rows. Hours begin in UTC.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventCount(models.Model):
    """How often one kind of log entry came in one hour. `client_id` and `grant_type` are "" where none, or an unknown
    one, was named: whoever sends nonsense must not fill this table with it.
    """

    hour = models.DateTimeField(_("hour"))
    event = models.CharField(_("event"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=16)
    client_id = models.CharField(_("client id"), max_length=200, blank=True, default="")
    grant_type = models.CharField(_("grant type"), max_length=100, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=64, blank=True, default="")
    count = models.PositiveBigIntegerField(_("how often"))

    class Meta:
        verbose_name = _("events of an hour")
        verbose_name_plural = _("events by hour")
        default_permissions: ClassVar[tuple[str, ...]] = ()
        permissions = [("view_dashboard", "Can see the dashboard")]
        indexes = [models.Index(fields=["hour", "event"], name="event_count_by_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}h {self.event}: {self.count}"


class SmsCount(models.Model):
    """What became of the SMS written in one hour, by country and route. A message's later life (sent, its receipt, its
    code typed in) counts for the hour in which it was written.
    """

    hour = models.DateTimeField(_("hour"))
    country = models.CharField(_("country"), max_length=3, blank=True, default="")
    route = models.CharField(_("route"), max_length=32, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    written = models.PositiveBigIntegerField(_("written"), default=0)
    sent = models.PositiveBigIntegerField(_("sent"), default=0)
    delivered = models.PositiveBigIntegerField(_("arrived"), default=0)
    failed = models.PositiveBigIntegerField(_("not arrived"), default=0)
    refused = models.PositiveBigIntegerField(_("over a limit"), default=0)
    codes = models.PositiveBigIntegerField(_("codes sent"), default=0)
    verified = models.PositiveBigIntegerField(_("codes used"), default=0)
    parts = models.PositiveBigIntegerField(_("parts"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=6, default=0)

    class Meta:
        verbose_name = _("SMS of an hour")
        verbose_name_plural = _("SMS by hour")
        default_permissions: ClassVar[tuple[str, ...]] = ()
        indexes = [models.Index(fields=["hour"], name="sms_count_by_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}h {self.country} {self.route}: {self.written}"


class RollupState(models.Model):
    """How far one rollup has come, and who is at it. Its row is locked by whoever writes an hour."""

    name = models.CharField(_("name"), max_length=32, primary_key=True)
    rolled_until = models.DateTimeField(_("counted until"), null=True)
    # Hours before this were counted when everything in them had surely been committed.
    settled_until = models.DateTimeField(_("settled until"), null=True)
    recheck_from = models.DateTimeField(_("hour to be counted again next"), null=True)
    holder = models.CharField(max_length=32, blank=True, default="", editable=False)
    leased_until = models.DateTimeField(_("taken until"), null=True)

    class Meta:
        verbose_name = _("progress of a rollup")
        verbose_name_plural = _("progress of rollups")
        default_permissions: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.name

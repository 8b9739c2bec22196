"""Counters at rest. Keys are keyed hashes; beside them stands a label that names nobody to a stranger.

Every row has a time after which it says nothing any more (`limits_app.cleanup`). `version` grows with every change:
one that was computed from an older row does not take place.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

HASH_LENGTH = 64
LABEL_LENGTH = 64


class FailureCount(models.Model):
    """`limits_app.failures.Tally` at rest, of an account, a known device or the second factor of one, or an address."""

    class Kind(models.TextChoices):
        # The values are in the order in which rows are locked.
        ACCOUNT = "account", _("account")
        DEVICE = "device", _("known device of an account")
        SECOND_FACTOR = "second_factor", _("second factor of an account")
        IP = "ip", _("address")

    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    key_hash = models.CharField(max_length=HASH_LENGTH, editable=False)
    # The account that a device or second factor belongs to: lifting the account's locks lifts theirs too.
    owner_hash = models.CharField(max_length=HASH_LENGTH, blank=True, default="", editable=False)
    label = models.CharField(_("who"), max_length=LABEL_LENGTH, blank=True, default="")
    version = models.PositiveBigIntegerField(default=0, editable=False)

    failures = models.PositiveIntegerField(_("failures"), default=0)
    in_a_row = models.PositiveIntegerField(_("failures since the last success"), default=0)
    under_way = models.PositiveIntegerField(_("attempts under way"), default=0)
    since = models.DateTimeField(_("first failure"), null=True)
    last_at = models.DateTimeField(_("last attempt"), null=True)
    locked_until = models.DateTimeField(_("locked until"), null=True)
    is_told = models.BooleanField(_("lock recorded"), default=False)
    forget_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("lock")
        verbose_name_plural = _("locks")
        constraints = [models.UniqueConstraint(fields=["kind", "key_hash"], name="one_failure_count_per_key")]
        indexes = [
            models.Index(fields=["owner_hash"], name="failure_count_by_owner"),
            models.Index(fields=["forget_at"], name="failure_count_by_age"),
            models.Index(fields=["last_at"], name="failure_count_by_last"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


class Spending(models.Model):
    """`limits_app.window.Entries` at rest: what one key has used of one budget in its rolling window."""

    # Of name, window and key together. As the primary key, because on MariaDB two that make one row at the same moment
    # lock the space beside it too when they meet in another unique index, and then wait for each other.
    key_hash = models.CharField(primary_key=True, max_length=HASH_LENGTH, editable=False)
    name = models.CharField(_("limit"), max_length=64)
    per_seconds = models.PositiveIntegerField(_("window in seconds"))
    label = models.CharField(_("who"), max_length=LABEL_LENGTH, blank=True, default="")
    version = models.PositiveBigIntegerField(default=0, editable=False)

    entries = models.JSONField(default=list, editable=False)
    limit = models.PositiveBigIntegerField(_("allowed"), default=0)
    last_at = models.DateTimeField(_("last use"), null=True)
    forget_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("budget in use")
        verbose_name_plural = _("budgets in use")
        indexes = [
            models.Index(fields=["name", "per_seconds"], name="spending_by_name"),
            models.Index(fields=["forget_at"], name="spending_by_age"),
            models.Index(fields=["last_at"], name="spending_by_last"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.label}"


class Block(models.Model):
    """Somebody whom an operator, or a rule, keeps out until a time or until it is taken away."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone number")
        IP = "ip", _("address")
        NUMBER_BLOCK = "number_block", _("block of numbers")
        COUNTRY = "country", _("country")

    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    key_hash = models.CharField(max_length=HASH_LENGTH, editable=False)
    label = models.CharField(_("who"), max_length=LABEL_LENGTH, blank=True, default="")
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until it is taken away.")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [models.UniqueConstraint(fields=["kind", "key_hash"], name="one_block_per_key")]
        indexes = [models.Index(fields=["until"], name="block_by_end")]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


class Lease(models.Model):
    """Who does a piece of work that only one process does at a time (`limits_app.leases`)."""

    name = models.CharField(primary_key=True, max_length=64)
    holder = models.CharField(max_length=32, editable=False)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.name} until {self.until:%H:%M:%S}"

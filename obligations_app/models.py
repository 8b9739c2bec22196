"""The record of what was issued, refused and revoked. Rows are added; nothing here changes or removes one."""

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.events import REFUSED, SUCCESS
from obligations_app.duties.models import DutyRule
from obligations_app.rollup_models import EventCount, RollupState, SmsCount

__all__ = ["DutyRule", "EventCount", "OAuthTokenLog", "RecordIsFinal", "RollupState", "SmsCount"]


class RecordIsFinal(Exception):
    """Somebody tried to change or remove what the record says."""


class AppendOnlyQuerySet(models.QuerySet["OAuthTokenLog"]):
    """Reads and inserts. Everything else raises RecordIsFinal, bulk and asynchronous forms included."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise RecordIsFinal("rows of the record are never changed")

    def delete(self) -> NoReturn:
        raise RecordIsFinal("rows of the record are never removed")

    def bulk_create(
        self, objs: Iterable["OAuthTokenLog"], *args: Any, **kwargs: Any
    ) -> list["OAuthTokenLog"]:
        if args[2:] or kwargs.keys() - {"batch_size"}:
            raise RecordIsFinal("rows of the record are never replaced")
        return super().bulk_create(objs, *args, **kwargs)


class OAuthTokenLog(models.Model):
    """One event. Ids only: never a token, a code, a password or a full phone number (L03)."""

    class Outcome(models.TextChoices):
        SUCCESS = SUCCESS, _("done")
        REFUSED = REFUSED, _("refused")

    at = models.DateTimeField(_("when"), default=timezone.now)
    event = models.CharField(_("event"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    # DO_NOTHING without a constraint: deleting a person must neither be stopped by the record nor rewrite it,
    # which SET_NULL and CASCADE would. The bare number that stays names nobody once the person is gone.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    subject = models.CharField(_("about"), max_length=200, blank=True, default="")
    client_id = models.CharField(_("client id"), max_length=200, blank=True, default="")
    grant_type = models.CharField(_("grant type"), max_length=100, blank=True, default="")
    scopes = models.TextField(_("scopes"), blank=True, default="", help_text=_("Separated by spaces."))
    policies = models.JSONField(_("policy levels"), blank=True, default=dict)
    sid = models.UUIDField(_("session id"), null=True, blank=True)
    jti = models.CharField(_("token id"), max_length=100, blank=True, default="")
    family = models.UUIDField(_("token family"), null=True, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    user_agent = models.CharField(_("device"), max_length=300, blank=True, default="")
    request_id = models.CharField(_("request id"), max_length=64, blank=True, default="")
    # The database's default: adding the column does not write a large table anew.
    count = models.PositiveIntegerField(
        _("how many"),
        default=1,
        db_default=1,
        help_text=_("More than one: so many like the entries of the minute before."),
    )

    objects: ClassVar[models.Manager["OAuthTokenLog"]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("token log")
        # Django's own shortcuts (related updates, refreshes) go through this manager too.
        base_manager_name = "objects"
        ordering = ["-at", "-id"]
        permissions = [("export_oauthtokenlog", "Can export the token log")]
        # Each answers one question of an operator, newest first, from the index alone.
        indexes = [
            models.Index(fields=["at"], name="log_by_time"),
            models.Index(fields=["event", "at"], name="log_by_event"),
            models.Index(fields=["client_id", "at"], name="log_by_client"),
            models.Index(fields=["user", "at"], name="log_by_person"),
            models.Index(fields=["outcome", "at"], name="log_by_outcome"),
            models.Index(fields=["ip", "at"], name="log_by_address"),
            models.Index(fields=["request_id"], name="log_by_request"),
            models.Index(fields=["sid"], name="log_by_session"),
            models.Index(fields=["family"], name="log_by_family"),
            models.Index(fields=["jti"], name="log_by_token"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.event}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert a new row. Raises RecordIsFinal for one that is there already."""
        if not self._state.adding:
            raise RecordIsFinal("rows of the record are never changed")
        # Without force_insert a row made with a known id would overwrite the one that has it.
        super().save(force_insert=True, using=kwargs.get("using"))

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RecordIsFinal("rows of the record are never removed")


class RefusalCount(models.Model):
    """How often the same was refused within one minute (`obligations_app.folding`). Not the record: it goes again."""

    # Of what makes refusals alike. As the primary key: see `limits_app.models.Spending`.
    key_hash = models.CharField(primary_key=True, max_length=64, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    seen = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("count of refusals")
        verbose_name_plural = _("counts of refusals")
        indexes = [models.Index(fields=["ends_at"], name="refusals_by_end")]

    def __str__(self) -> str:
        return f"{self.seen} until {self.ends_at:%H:%M:%S}"

"""Tokens. A refresh token is one row per *family*; an access token is a signed JWT and no row at all.

`AccessToken` and `IDToken` are swapped because DOT's five models can only be swapped together; they stay empty.
"""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid
from custom_scopes_and_policies_app.dot.models import AbstractAccessToken, AbstractIDToken
from custom_scopes_and_policies_app.models.application import Application
from sessions_app.models import SsoSession


class RefreshToken(models.Model):
    """A family: everything that one authorization gave, however often it was refreshed (design §4).

    The token itself is derived from `id`, `generation` and `seed` under the server's key; nothing here can be
    replayed. `session` is None only for tokens that belong to no sign-in.
    """

    class RevokeReason(models.TextChoices):
        CLIENT = "client", _("revoked by the app")
        CODE_REPLAYED = "code_replayed", _("its code was used twice")
        REUSED = "reused", _("a refresh token was used twice")
        SESSION_ENDED = "session_ended", _("the session ended")
        CONSENT_WITHDRAWN = "consent_withdrawn", _("consent withdrawn")
        OPERATOR = "operator", _("revoked by an operator")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, verbose_name=_("app")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="token_families",
        verbose_name=_("person"),
    )
    session = models.ForeignKey(
        SsoSession,
        on_delete=models.CASCADE,
        db_column="sid",
        null=True,
        related_name="token_families",
        verbose_name=_("session"),
    )
    generation = models.PositiveIntegerField(_("generation"), default=0)
    seed = models.BinaryField(max_length=32, editable=False)
    has_refresh_token = models.BooleanField(default=True)
    scope = models.TextField(_("scope"), blank=True, default="")
    policies = models.JSONField(_("policy levels"), default=dict)
    claims = models.JSONField(_("requested claims"), default=dict)
    resource = models.JSONField(_("resources"), default=list)
    acr = models.CharField(_("assurance"), max_length=64, blank=True, default="")
    amr = models.JSONField(_("methods"), default=list)
    auth_time = models.DateTimeField(_("authenticated at"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    rotated_at = models.DateTimeField(_("last refreshed"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    idle_expires_at = models.DateTimeField(_("expires when unused"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoke_reason = models.CharField(
        _("why revoked"), max_length=32, choices=RevokeReason.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("token family")
        verbose_name_plural = _("token families")
        indexes = [models.Index(fields=["expires_at"], name="family_by_expiry")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def sid(self) -> uuid.UUID | None:
        return self.session_id

    @property
    def granted(self) -> dict[str, str]:
        """Every scope with its level, "" where it has none."""
        return {name: self.policies.get(name, "") for name in self.scope.split()}

    @property
    def client(self) -> Application:
        return self.application


class _NeverStored(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise ImproperlyConfigured(
            f"{type(self).__name__} rows are never written: these tokens are signed JWTs."
        )


class AccessToken(_NeverStored, AbstractAccessToken):  # noqa: DJ008  inherited
    """Swapped and empty: access tokens are RFC 9068 JWTs."""

    class Meta(AbstractAccessToken.Meta):
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")


class IDToken(_NeverStored, AbstractIDToken):  # noqa: DJ008
    """Swapped and empty: ID tokens are verified by their signature."""

    class Meta(AbstractIDToken.Meta):
        verbose_name = _("ID token")
        verbose_name_plural = _("ID tokens")

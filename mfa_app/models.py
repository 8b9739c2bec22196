"""Second factors at rest. Secrets are sealed to their row, codes are hashed, keys are public."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.ids import time_ordered_uuid
from mfa_app.kinds import Kind

NAME_LENGTH = 64
# SHA-256, in hex.
HASH_LENGTH = 64


class TotpFactor(models.Model):
    """An authenticator app (RFC 6238). It counts once its first code was right.

    `used_step` is the newest time step that a code was taken for: no code of it or of an earlier one counts again.
    `about` names the sign-in in which it is set up: nobody else sees its secret.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="totp_factors",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True, default="")
    secret_sealed = models.CharField(max_length=255, editable=False)
    about = models.CharField(max_length=HASH_LENGTH, blank=True, default="", editable=False)
    used_step = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")
        indexes = [models.Index(fields=["confirmed_at", "created_at"], name="totp_by_age")]

    def __str__(self) -> str:
        return self.name or str(Kind.TOTP.label)


class Passkey(models.Model):
    """A WebAuthn credential (https://www.w3.org/TR/webauthn-3/). Credential ids may be longer than an index takes."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True, default="")
    credential_hash = models.CharField(max_length=HASH_LENGTH, unique=True, editable=False)
    credential_id = models.BinaryField(editable=False)
    public_key = models.BinaryField(editable=False)
    sign_count = models.PositiveBigIntegerField(_("counter"), default=0)
    transports = models.JSONField(_("transports"), default=list, blank=True)
    aaguid = models.CharField(_("model of authenticator"), max_length=36, blank=True, default="")
    is_synced = models.BooleanField(_("copied between devices"), default=False)
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")

    def __str__(self) -> str:
        return self.name or str(Kind.PASSKEY.label)


class CodeFactor(models.Model):
    """A person's wish to be asked for codes by SMS or e-mail. They go to the number or address proven by then."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="code_factors",
        verbose_name=_("person"),
    )
    kind = models.CharField(
        _("kind"), max_length=16, choices=[(kind.value, kind.label) for kind in (Kind.SMS, Kind.EMAIL)]
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("code by SMS or e-mail")
        verbose_name_plural = _("codes by SMS or e-mail")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_code_factor_per_person_and_kind")
        ]

    def __str__(self) -> str:
        return str(Kind(self.kind).label)


class BackupCode(models.Model):
    """One code of a list. Random enough (80 bits) for a plain hash; the person is part of it."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="backup_codes",
        verbose_name=_("person"),
    )
    code_hash = models.CharField(max_length=HASH_LENGTH, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("backup code")
        verbose_name_plural = _("backup codes")

    def __str__(self) -> str:
        return str(self.id)


class PasskeyChallenge(models.Model):
    """256 random bits that a key has to sign, once, in the browser or app (`binding`) that asked for them.

    `about` is what else they are good for: the pending login or the sign-in that asked.
    """

    class Purpose(models.TextChoices):
        REGISTER = "register", _("add a passkey")
        SIGN_IN = "sign_in", _("sign in")
        SECOND_FACTOR = "second_factor", _("confirm a sign-in")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    challenge = models.BinaryField(editable=False)
    binding = models.CharField(max_length=HASH_LENGTH, editable=False)
    about = models.CharField(max_length=HASH_LENGTH, blank=True, default="", editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="passkey_challenges",
        verbose_name=_("person"),
    )
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        verbose_name = _("passkey challenge")
        verbose_name_plural = _("passkey challenges")
        indexes = [models.Index(fields=["expires_at"], name="passkey_challenge_by_expiry")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class ProtectedPerson(User):
    """People as the operators' page of second factors shows them."""

    class Meta:
        proxy = True
        verbose_name = _("person with second factors")
        verbose_name_plural = _("people with second factors")

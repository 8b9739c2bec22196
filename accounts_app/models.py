"""The person. `sub` is the only identifier apps ever see; it is random and never reused (OIDC Core §2, §8)."""

import uuid
from typing import ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import mask_email, mask_phone
from accounts_app.managers import UserManager
from core_app.ids import time_ordered_uuid


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. A row exists only after an identifier was proven (or an operator made it)."""

    sub = models.UUIDField(
        _("subject"),
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text=_("What apps know this person by."),
    )
    phone = models.CharField(
        _("phone"),
        max_length=16,
        unique=True,
        null=True,
        blank=True,
        help_text=_("E.164, as in +97699112233."),
    )
    phone_proven_at = models.DateTimeField(_("phone proven at"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    email_verified_at = models.DateTimeField(_("e-mail verified at"), null=True, blank=True)
    # The normal form of a *verified* address, and NULL before that: unique without partial indexes, which MySQL lacks.
    email_identifier = models.CharField(max_length=254, unique=True, null=True, blank=True, editable=False)

    name = models.CharField(_("full name"), max_length=200, blank=True, default="")
    given_name = models.CharField(_("given name"), max_length=100, blank=True, default="")
    family_name = models.CharField(_("family name"), max_length=100, blank=True, default="")
    middle_name = models.CharField(_("middle name"), max_length=100, blank=True, default="")
    nickname = models.CharField(_("nickname"), max_length=100, blank=True, default="")
    preferred_username = models.CharField(_("preferred username"), max_length=100, blank=True, default="")
    profile = models.URLField(_("profile page"), blank=True, default="")
    picture = models.URLField(_("picture"), blank=True, default="")
    website = models.URLField(_("website"), blank=True, default="")
    gender = models.CharField(_("gender"), max_length=30, blank=True, default="")
    birthdate = models.CharField(
        _("birthdate"), max_length=10, blank=True, default="", help_text=_("YYYY-MM-DD")
    )
    zoneinfo = models.CharField(_("time zone"), max_length=64, blank=True, default="")
    locale = models.CharField(_("language"), max_length=35, blank=True, default="")
    address = models.JSONField(_("address"), default=dict, blank=True)

    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    must_change_password = models.BooleanField(_("must change password"), default=False)
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, blank=True)
    deactivated_at = models.DateTimeField(_("deactivated at"), null=True, blank=True)
    delete_after = models.DateTimeField(
        _("delete after"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("When the account goes that its owner has closed. Empty: never."),
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "phone"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        # One for each thing that an operator may do for a person (`operator_actions.py` of the rooms).
        permissions = [
            ("lock_person", "Can shut people out"),
            ("unlock_person", "Can let people in again and lift their locks"),
            ("require_new_password", "Can require a new password of people"),
            ("end_sessions", "Can end people's sessions"),
            ("disconnect_apps", "Can disconnect people's apps"),
            ("start_recovery", "Can start people's recovery"),
            ("view_person_log", "Can view the log of one person"),
        ]

    def __str__(self) -> str:
        """Never the full phone number or address: this text reaches logs and page titles."""
        if self.display_name:
            return self.display_name
        if self.phone:
            return mask_phone(self.phone)
        return mask_email(self.email_identifier) if self.email_identifier else str(self.sub)

    def get_username(self) -> str:
        """What they sign in with: the number, else the verified address. Whoever has neither is named by subject."""
        return self.phone or self.email_identifier or str(self.sub)

    def check_password(self, raw_password: str | None) -> bool:
        """Compare, and replace a hash of an older kind (login:F06)."""
        return check_password(raw_password, self.password, self._upgrade_hash)

    def _upgrade_hash(self, raw_password: str) -> None:
        """Only in place of the hash that was compared: a password set meanwhile must not be undone by it."""
        compared = self.password
        self.password = make_password(raw_password)
        if not User.objects.filter(pk=self.pk, password=compared).update(password=self.password):
            self.password = compared

    @property
    def display_name(self) -> str:
        """How pages greet this person; "" when no name is known."""
        return display_name(self.name, self.given_name, self.family_name)

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        """What the admin's header greets with; never empty, as it would fall back to the full number."""
        return self.given_name or str(self)


def display_name(name: str, given_name: str, family_name: str) -> str:
    """The name that somebody gave as a whole, else what they gave of it; "" when nothing is known."""
    return name or " ".join(part for part in (given_name, family_name) if part)


class PhoneChange(models.Model):
    """One number that took another's place. Whoever has the link of its notice can take it back for a while."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="phone_changes", verbose_name=_("person")
    )
    old_phone = models.CharField(_("old phone"), max_length=16, blank=True, default="")
    old_phone_proven_at = models.DateTimeField(_("old phone proven at"), null=True, blank=True)
    new_phone = models.CharField(_("new phone"), max_length=16)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    undo_hash = models.CharField(max_length=64, unique=True, editable=False)
    undo_until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of number")
        verbose_name_plural = _("changes of number")

    def __str__(self) -> str:
        return f"{mask_phone(self.old_phone)} → {mask_phone(self.new_phone)}"


class EmailChange(models.Model):
    """One address that was added or took another's place. Whoever has the link of its notice can take it back."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="email_changes", verbose_name=_("person")
    )
    old_email = models.CharField(_("old address"), max_length=254, blank=True, default="")
    old_email_verified_at = models.DateTimeField(_("old address verified at"), null=True, blank=True)
    new_email = models.CharField(_("new address"), max_length=254)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    undo_hash = models.CharField(max_length=64, unique=True, editable=False)
    undo_until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of e-mail address")
        verbose_name_plural = _("changes of e-mail address")

    def __str__(self) -> str:
        return f"{mask_email(self.old_email)} → {mask_email(self.new_email)}"


class AccountClosure(models.Model):
    """One time that a person closed their account. Until it is deleted, the link of the notice opens it again."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="closures", verbose_name=_("person")
    )
    closed_at = models.DateTimeField(_("closed"), default=timezone.now)
    undo_hash = models.CharField(max_length=64, unique=True, editable=False)
    undo_until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("closed account")
        verbose_name_plural = _("closed accounts")

    def __str__(self) -> str:
        return f"{self.user} {self.closed_at:%Y-%m-%d}"

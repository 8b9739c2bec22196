"""The forms of the people admin: a person by phone number, and a password that is hashed and never shown."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import InvalidPhone, normalise_phone
from accounts_app.models import User
from accounts_app.passwords import normalise_password


class NormalisedPasswords(forms.BaseForm):
    """Makes Django's password forms set the same normal form that signing in compares with."""

    def clean_password1(self) -> str:
        return normalise_password(self.cleaned_data.get("password1") or "")

    def clean_password2(self) -> str:
        return normalise_password(self.cleaned_data.get("password2") or "")

    def set_password_and_save(self, user: User, commit: bool = True, **kwargs: Any) -> User:
        user.password_changed_at = timezone.now()
        saved: User = super().set_password_and_save(user, commit=commit, **kwargs)  # type: ignore[misc]
        return saved


class PersonCreationForm(NormalisedPasswords, AdminUserCreationForm):  # type: ignore[type-arg]
    """Adds somebody by number. The number counts as unproven until they receive a code on it."""

    phone = forms.CharField(
        label=_("Phone"), max_length=40, help_text=_("Any spelling, e.g. +976 9911 2233.")
    )

    class Meta:
        model = User
        fields = ("phone", "name")

    def clean_phone(self) -> str:
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except InvalidPhone as error:
            raise ValidationError(str(error.message), code=error.code) from error


class PersonPasswordForm(NormalisedPasswords, AdminPasswordChangeForm):  # type: ignore[type-arg]
    """Sets somebody's password."""

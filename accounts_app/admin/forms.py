"""The form that adds a person: by phone number. No password is set here, and none is ever shown."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import InvalidPhone, normalise_phone
from accounts_app.models import User


class PersonCreationForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Adds somebody by number, without a password: none opens the account before they have proven the number."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        help_text=_(
            "Any spelling, e.g. +976 9911 2233. They sign in with a code, or set a password by the link that you send "
            "from their page."
        ),
    )

    class Meta:
        model = User
        fields = ("phone", "name")

    def clean_phone(self) -> str:
        """The normal form. Raises ValidationError for what is no number, or has an account."""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except InvalidPhone as error:
            raise ValidationError(str(error.message), code=error.code) from error

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        saved: User = super().save(commit=commit)
        return saved

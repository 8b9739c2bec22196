"""The forms of the pages. Each tells browsers what it asks for, and people what to do about an error."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts_app.forms import PasswordField
from mfa_app import totp
from mfa_app.kinds import Kind
from mfa_app.models import NAME_LENGTH
from mfa_app.passkeys.answers import MAX_LENGTH, Answer
from otp_app.forms import CodeForm
from otp_app.purposes import Purpose

# Room for a whole message: some paste all of it, and browsers would cut it off silently.
MAX_CODE = 400


class AppCodeForm(CodeForm):
    """Six digits, from an authenticator app."""

    required_message = _("Enter the code that the app shows.")
    digits_message = _("Enter the %(count)d digits that the app shows.")

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, digits=totp.DIGITS)

    @property
    def typed(self) -> str:
        """What is to be checked."""
        return str(self.cleaned_data["code"])


class MessageCodeForm(CodeForm):
    """The code of a message."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, digits=Purpose.SECOND_FACTOR.digits)

    @property
    def typed(self) -> str:
        """What is to be checked."""
        return str(self.cleaned_data["code"])


class BackupCodeForm(forms.Form):
    """One line of the list."""

    code = forms.CharField(
        label=_("Backup code"),
        max_length=MAX_CODE,
        help_text=_("One of the codes that you wrote down or saved, as in abcd-efgh-jkmn-pqrs."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
        error_messages={"required": _("Enter one of your backup codes.")},
    )

    @property
    def typed(self) -> str:
        """What is to be checked."""
        return str(self.cleaned_data["code"])


class PasswordForm(forms.Form):
    """The password, for those who began without it."""

    password = PasswordField(autocomplete="current-password", required_message=_("Enter your password."))

    @property
    def typed(self) -> str:
        """What is to be checked."""
        return str(self.cleaned_data["password"])


class PasskeyForm(forms.Form):
    """What the script puts in for the browser."""

    challenge_id = forms.CharField(max_length=64, widget=forms.HiddenInput)
    credential = forms.CharField(max_length=MAX_LENGTH, widget=forms.HiddenInput)

    def answer(self) -> Answer:
        """The fields of a valid form."""
        return Answer(self.cleaned_data["challenge_id"], self.cleaned_data["credential"])


class NameForm(forms.Form):
    """How somebody tells this factor from their others."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("To tell it from others, as in “my phone”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewPasskeyForm(NameForm, PasskeyForm):
    """A new key and its name."""


class SetupForm(AppCodeForm, NameForm):
    """The first code of an authenticator app, and its name."""

    field_order = ("code", "name")


FORMS: Mapping[
    Kind, type[AppCodeForm] | type[MessageCodeForm] | type[BackupCodeForm] | type[PasswordForm]
] = {
    Kind.TOTP: AppCodeForm,
    Kind.SMS: MessageCodeForm,
    Kind.EMAIL: MessageCodeForm,
    Kind.BACKUP_CODE: BackupCodeForm,
    Kind.PASSWORD: PasswordForm,
}


def typing_form(
    kind: Kind, data: Mapping[str, Any] | None = None
) -> AppCodeForm | MessageCodeForm | BackupCodeForm | PasswordForm:
    """The form for what is typed. A passkey has none."""
    return FORMS[kind](data)

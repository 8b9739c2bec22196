"""The forms of the pages. Each tells browsers what it asks for, and people what to do about an error."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts_app.forms import EmailAddressField, NameForm, NewPasswordForm, PasswordField
from accounts_app.models import User
from otp_app import forms as otp_forms


class SignupForm(forms.Form):
    """The first step of signing up."""

    email = EmailAddressField()


class KnownAddressForm(forms.Form):
    """The address of somebody who may have an account already."""

    email = EmailAddressField(autocomplete="username")


class LoginForm(KnownAddressForm):
    """Address and password on one page."""

    password = PasswordField(autocomplete="current-password", required_message=_("Enter your password."))


class NewAddressForm(forms.Form):
    """The address that takes the old one's place, or is proven for the first time."""

    email = EmailAddressField(label=_("New e-mail address"))


class CodeForm(otp_forms.CodeForm):
    """The code from the e-mail."""

    required_message = _("Enter the code from the e-mail.")
    digits_message = _("Enter the %(count)d digits from the e-mail.")


class AccountForm(NewPasswordForm, NameForm):
    """The last step of signing up: a password, and a name that may be left out."""

    field_order = ("password", "given_name", "family_name")

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: User) -> None:
        super().__init__(data, person=person)
        del self.fields["given_name"].widget.attrs["autofocus"]


class ChangePasswordForm(NewPasswordForm):
    """The present password, where there is one, and the new one."""

    current_password = PasswordField(
        label=_("Present password"),
        autocomplete="current-password",
        required_message=_("Enter your present password."),
    )
    field_order = ("current_password", "password")

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: User) -> None:
        super().__init__(data, person=person)
        self.fields["password"].label = _("New password")
        if person.has_usable_password():
            del self.fields["password"].widget.attrs["autofocus"]
            self.fields["current_password"].widget.attrs["autofocus"] = True
        else:
            del self.fields["current_password"]

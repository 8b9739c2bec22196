"""The forms of the pages. Each tells browsers what it asks for, and people what to do about an error."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import InvalidPhone, normalise_phone
from accounts_app.models import User
from accounts_app.passwords import normalise_password

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

MAX_PHONE = 40
MAX_PASSWORD = 1000
CODE = re.compile(r"[0-9]{6}")
SEPARATORS = re.compile(r"[\s-]")


class PhoneField(forms.CharField):
    """Any spelling of a number; its value is E.164. `any_country` for people who have an account already."""

    def __init__(self, *, autocomplete: str = "tel", any_country: bool = False) -> None:
        self.any_country = any_country
        attrs = {
            "type": "tel",
            "inputmode": "tel",
            "autocomplete": autocomplete,
            "dir": "ltr",
            "autofocus": True,
        }
        super().__init__(
            label=_("Phone number"),
            max_length=MAX_PHONE,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": _("Enter your phone number.")},
        )

    def clean(self, value: object) -> str:
        """E.164 of what was typed. Raises ValidationError with what to do."""
        try:
            return normalise_phone(super().clean(value), any_country=self.any_country)
        except InvalidPhone as error:
            raise ValidationError(str(error.message), code=error.code) from error


class PasswordField(forms.CharField):
    """A password in its normal form. No maxlength on the page: browsers cut a pasted one silently (F01)."""

    def __init__(self, *, autocomplete: str, required_message: "Text", help_text: "Text" = "") -> None:
        super().__init__(
            label=_("Password"),
            help_text=help_text,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
            validators=[MaxLengthValidator(MAX_PASSWORD, _("Use at most %(limit_value)d characters."))],
            error_messages={"required": required_message},
        )

    def clean(self, value: object) -> str:
        """NFKC of what was typed."""
        return normalise_password(super().clean(value))


class SignupForm(forms.Form):
    """The first step: the number."""

    phone = PhoneField()


class CodeForm(forms.Form):
    """The second step: the code from the SMS, with blanks or dashes as people type them."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "dir": "ltr",
                "class": "code",
            }
        ),
        error_messages={"required": _("Enter the code from the SMS.")},
    )

    def clean_code(self) -> str:
        """Six ASCII digits; other scripts' digits are understood, anything else costs no attempt."""
        normal = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        code = "".join(str(unicodedata.decimal(char, char)) for char in SEPARATORS.sub("", normal))
        if not CODE.fullmatch(code):
            raise ValidationError(_("Enter the 6 digits from the SMS."), code="invalid_code")
        return code


class NewPasswordForm(forms.Form):
    """The third step: a password that passes the rules for the owner of this number."""

    password = PasswordField(
        autocomplete="new-password",
        required_message=_("Choose a password."),
        help_text=lazy(lambda: " ".join(password_validators_help_texts()), str)(),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, phone: str) -> None:
        super().__init__(data)
        self.phone = phone
        self.fields["password"].widget.attrs["autofocus"] = True

    def clean_password(self) -> str:
        """Raises ValidationError with the rules that are not met."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(phone=self.phone))
        return password


class ProfileForm(forms.Form):
    """The last step, which may be skipped."""

    given_name = forms.CharField(
        label=_("First name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "autofocus": True}),
    )
    family_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "dir": "ltr"}),
        error_messages={"invalid": _("Enter an e-mail address like name@example.com, or leave it empty.")},
    )

    def clean_given_name(self) -> str:
        """One line of visible characters: names are shown to others and written into messages (L03)."""
        return _one_line(self.cleaned_data["given_name"])

    def clean_family_name(self) -> str:
        """As the first name."""
        return _one_line(self.cleaned_data["family_name"])


def _one_line(name: str) -> str:
    if not name.isprintable():
        raise ValidationError(_("Use only letters, digits and spaces in the name."), code="invalid_name")
    return name


class LoginForm(forms.Form):
    """Number and password on one page."""

    phone = PhoneField(autocomplete="username", any_country=True)
    password = PasswordField(autocomplete="current-password", required_message=_("Enter your password."))

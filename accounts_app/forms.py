"""Fields and forms about a person that several rooms ask for: passwords, a new password by the rules, a name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import normalise_email
from accounts_app.models import User
from accounts_app.passwords import normalise_password

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

MAX_PASSWORD = 1000
MAX_EMAIL = 254
PASSWORD_LABEL = _("Password")
EMAIL_LABEL = _("E-mail address")


class PasswordField(forms.CharField):
    """A password in its normal form. No maxlength on the page: browsers cut a pasted one silently (F01)."""

    def __init__(
        self,
        *,
        autocomplete: str,
        required_message: "Text",
        help_text: "Text" = "",
        label: "Text" = PASSWORD_LABEL,
    ) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
            validators=[MaxLengthValidator(MAX_PASSWORD, _("Use at most %(limit_value)d characters."))],
            error_messages={"required": required_message},
        )

    def clean(self, value: object) -> str:
        """NFKC of what was typed."""
        return normalise_password(super().clean(value))


class EmailAddressField(forms.CharField):
    """An e-mail address; its value is the normal form, under which it is one account and one counter."""

    def __init__(self, *, label: "Text" = EMAIL_LABEL, autocomplete: str = "email") -> None:
        attrs = {
            "type": "email",
            "inputmode": "email",
            "autocomplete": autocomplete,
            "dir": "ltr",
            "autofocus": True,
        }
        super().__init__(
            label=label,
            max_length=MAX_EMAIL,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": _("Enter your e-mail address.")},
        )

    def clean(self, value: object) -> str:
        """The normal form. Raises ValidationError when it is no address."""
        address = normalise_email(super().clean(value))
        try:
            validate_email(address)
        except ValidationError as error:
            raise ValidationError(
                _("Enter an e-mail address like name@example.com."), code="invalid"
            ) from error
        return address


class NewPasswordForm(forms.Form):
    """A password that passes the rules for this person, saved or not."""

    password = PasswordField(
        autocomplete="new-password",
        required_message=_("Choose a password."),
        help_text=lazy(lambda: " ".join(filter(None, password_validators_help_texts())), str)(),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: User) -> None:
        super().__init__(data)
        self.person = person
        self.fields["password"].widget.attrs["autofocus"] = True

    def clean_password(self) -> str:
        """Raises ValidationError with the rules that are not met."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password


class NameForm(forms.Form):
    """What somebody is called; both may be left out."""

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

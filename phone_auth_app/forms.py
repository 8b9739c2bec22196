"""The forms of the pages. Each tells browsers what it asks for, and people what to do about an error."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts_app.conf import conf
from accounts_app.identifiers import InvalidPhone, normalise_phone
from accounts_app.models import User
from accounts_app.passwords import normalise_password
from phone_auth_app.countries import allowed_countries

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

PHONE_LABEL = _("Phone number")
MAX_PHONE = 40
MAX_PASSWORD = 1000
# A list of one has nothing to choose.
MIN_CHOICES = 2
SEPARATORS = re.compile(r"[\s-]")


class CountryField(forms.ChoiceField):
    """Which country's spelling a number without a plus is in. Without a choice, the operator's own."""

    def __init__(self) -> None:
        attrs = {"autocomplete": "country", "data-country-picker": True}
        super().__init__(
            label=_("Country"),
            required=False,
            widget=forms.Select(attrs=attrs),
            error_messages={"invalid_choice": _("Choose a country from the list.")},
        )


class PhoneField(forms.CharField):
    """Any spelling of a number, as it was typed; `NumberForm` knows the country and makes E.164 of it."""

    def __init__(self, *, label: "Text" = PHONE_LABEL, autocomplete: str = "tel") -> None:
        attrs = {
            "type": "tel",
            "inputmode": "tel",
            "autocomplete": autocomplete,
            "dir": "ltr",
            "autofocus": True,
        }
        super().__init__(
            label=label,
            max_length=MAX_PHONE,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": _("Enter your phone number.")},
        )


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


class NumberForm(forms.Form):
    """A number: its value is E.164. A plus and a country code that were typed win over the list.

    `any_country` is for people who have an account already: they keep it when the list gets shorter.
    """

    any_country = False
    country = CountryField()
    phone = PhoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (country.region, f"{country.name} (+{country.calling_code})") for country in allowed_countries()
        ]
        field = cast(forms.ChoiceField, self.fields["country"])
        field.choices = choices
        field.initial = conf.PHONE_DEFAULT_REGION
        if len(choices) < MIN_CHOICES:
            del self.fields["country"]

    def clean_phone(self) -> str:
        """E.164 of what was typed. Raises ValidationError with what to do."""
        region = self.cleaned_data.get("country") or conf.PHONE_DEFAULT_REGION
        try:
            return normalise_phone(
                self.cleaned_data["phone"], default_region=region, any_country=self.any_country
            )
        except InvalidPhone as error:
            raise ValidationError(str(error.message), code=error.code) from error


class SignupForm(NumberForm):
    """The first step of signing up."""


class KnownNumberForm(NumberForm):
    """The number of somebody who may have an account already."""

    any_country = True
    phone = PhoneField(autocomplete="username")


class NewNumberForm(NumberForm):
    """The number that takes the old one's place."""

    phone = PhoneField(label=_("New phone number"))


class CodeForm(forms.Form):
    """The second step: the code from the SMS, with blanks or dashes as people type them."""

    code = forms.CharField(
        label=_("Code"),
        # Room for the whole SMS: some paste all of it, and browsers would cut it off silently.
        max_length=400,
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

    def __init__(self, data: Mapping[str, Any] | None = None, *, digits: int = 6) -> None:
        super().__init__(data)
        self.digits = digits

    def clean_code(self) -> str:
        """So many ASCII digits; other scripts' digits are understood, anything else costs no attempt."""
        normal = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        typed = "".join(str(unicodedata.decimal(character, character)) for character in normal)
        codes: set[str] = set(re.findall(rf"(?<![0-9])[0-9]{{{self.digits}}}(?![0-9])", typed))
        joined = SEPARATORS.sub("", typed)
        if re.fullmatch(rf"[0-9]{{{self.digits}}}", joined):
            return joined
        if len(codes) == 1:
            return codes.pop()
        message = _("Enter the %(count)d digits from the SMS.")
        raise ValidationError(message, code="invalid_code", params={"count": self.digits})


class NewPasswordForm(forms.Form):
    """A password that passes the rules for this person, saved or not."""

    password = PasswordField(
        autocomplete="new-password",
        required_message=_("Choose a password."),
        help_text=lazy(lambda: " ".join(password_validators_help_texts()), str)(),
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


class LoginForm(KnownNumberForm):
    """Number and password on one page."""

    password = PasswordField(autocomplete="current-password", required_message=_("Enter your password."))

"""The forms of the pages. Each tells browsers what it asks for, and people what to do about an error."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts_app.conf import conf
from accounts_app.forms import NameForm, PasswordField
from accounts_app.identifiers import InvalidPhone, normalise_phone
from otp_app import forms as otp_forms
from phone_auth_app.countries import allowed_countries

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

PHONE_LABEL = _("Phone number")
MAX_PHONE = 40
# A list of one has nothing to choose.
MIN_CHOICES = 2


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


class CodeForm(otp_forms.CodeForm):
    """The second step: the code from the SMS."""

    required_message = _("Enter the code from the SMS.")
    digits_message = _("Enter the %(count)d digits from the SMS.")


class ProfileForm(NameForm):
    """The last step, which may be skipped."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "dir": "ltr"}),
        error_messages={"invalid": _("Enter an e-mail address like name@example.com, or leave it empty.")},
    )


class LoginForm(KnownNumberForm):
    """Number and password on one page."""

    password = PasswordField(autocomplete="current-password", required_message=_("Enter your password."))

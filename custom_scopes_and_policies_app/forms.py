"""What people type into pages of the desk."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from custom_scopes_and_policies_app.device_codes import normal_user_code

MAX_TYPED = 32


class UserCodeForm(forms.Form):
    """The code that a device shows; `cleaned_data["user_code"]` is its normal form."""

    user_code = forms.CharField(
        label=_("Code on your device"),
        max_length=MAX_TYPED,
        help_text=_("Eight letters. Capitals and the hyphen do not matter."),
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "autocorrect": "off",
                "spellcheck": "false",
                "dir": "ltr",
                "placeholder": "WDJB-MJHT",
                "class": "user-code",
            }
        ),
    )

    def clean_user_code(self) -> str:
        code = normal_user_code(self.cleaned_data["user_code"])
        if not code:
            raise ValidationError(_("This is not a whole code. It has eight letters, as in WDJB-MJHT."))
        return code

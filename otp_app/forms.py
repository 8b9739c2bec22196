"""The form that a code is typed into."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SEPARATORS = re.compile(r"[\s-]")


class CodeForm(forms.Form):
    """The code from a message, with blanks or dashes as people type them. Rooms say which message."""

    required_message: "ClassVar[_StrPromise]" = _("Enter the code from the message.")
    digits_message: "ClassVar[_StrPromise]" = _("Enter the %(count)d digits from the message.")

    code = forms.CharField(
        label=_("Code"),
        # Room for the whole message: some paste all of it, and browsers would cut it off silently.
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
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, digits: int = 6) -> None:
        super().__init__(data)
        self.digits = digits
        self.fields["code"].error_messages["required"] = self.required_message

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
        raise ValidationError(self.digits_message, code="invalid_code", params={"count": self.digits})

"""The form of a profile: what may stand in each field, for the page and the JSON API alike."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from accounts_app.profile import profile_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

FULL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
OLDEST = 1900
LONGEST_URL = 200
NAME, PART = 100, 200
_is_https = URLValidator(schemes=["https"])


class LineField(forms.CharField):
    """One line of visible characters: it is shown to others and written into messages and tokens (L03)."""

    def __init__(
        self, *, label: "Text", longest: int = NAME, autocomplete: str = "off", help_text: "Text" = ""
    ) -> None:
        super().__init__(
            label=label,
            max_length=longest,
            required=False,
            help_text=help_text,
            widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
        )

    def clean(self, value: Any) -> str:
        """Trimmed. Raises ValidationError for line breaks and what cannot be seen."""
        line = str(super().clean(value))
        if not line.isprintable():
            raise ValidationError(
                _("Use only letters, digits, spaces and signs on one line."), code="not_printable"
            )
        return line


class HttpsField(LineField):
    """An address on the web that a browser may safely open or show: https only, no name or password in it."""

    def __init__(self, *, label: "Text", help_text: "Text" = "") -> None:
        super().__init__(label=label, longest=LONGEST_URL, autocomplete="url", help_text=help_text)
        self.widget.attrs |= {"inputmode": "url", "dir": "ltr", "placeholder": "https://"}

    def clean(self, value: Any) -> str:
        """The address as it was typed. Raises ValidationError."""
        address = super().clean(value)
        if not address:
            return ""
        wrong = ValidationError(_("Enter a whole address that begins with https://."), code="not_https")
        try:
            _is_https(address)
            has_userinfo = "@" in urlsplit(address).netloc
        except (ValidationError, ValueError) as error:
            raise wrong from error
        if has_userinfo:
            raise wrong
        return address


class BirthdateField(LineField):
    """A day that has been (OIDC Core §5.1: YYYY-MM-DD)."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Date of birth"), longest=10, autocomplete="bday", help_text=_("As in 1990-12-31.")
        )

    def clean(self, value: Any) -> str:
        """YYYY-MM-DD. Raises ValidationError."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            day = date.fromisoformat(text) if FULL_DATE.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or day.year < OLDEST or day > timezone.localdate():
            raise ValidationError(_("Enter a date that has been, as in 1990-12-31."), code="invalid_date")
        return text


class NameSelect(forms.Select):
    """A choice of hundreds whose values are what is shown: written once each, the page is half as long."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: object = None
    ) -> SafeString:
        """An option without a value has its text as its value (HTML, the option element)."""
        chosen = {str(one) for one in self.format_value(value)}
        options = format_html_join(
            "",
            "<option{}{}>{}</option>",
            (
                ("" if key == label else mark_safe(' value=""'), self._mark(key in chosen), label)
                for key, label in self.choices
            ),
        )
        return format_html(
            "<select{}>{}</select>", flatatt({**self.attrs, **(attrs or {}), "name": name}), options
        )

    def _mark(self, is_chosen: bool) -> str:
        return " selected" if is_chosen else ""


class ProfileForm(forms.Form):
    """Every field may be empty. `only` leaves just these fields: an API call changes what it names and no more."""

    given_name = LineField(label=_("First name"), autocomplete="given-name")
    middle_name = LineField(label=_("Middle name"), autocomplete="additional-name")
    family_name = LineField(label=_("Last name"), autocomplete="family-name")
    name = LineField(
        label=_("Full name"),
        longest=PART,
        autocomplete="name",
        help_text=_("As it should be shown. Empty: first and last name."),
    )
    nickname = LineField(label=_("Nickname"), autocomplete="nickname")
    preferred_username = LineField(
        label=_("Preferred user name"),
        help_text=_("A wish that apps may follow. You do not sign in with it."),
    )
    picture = HttpsField(label=_("Picture"), help_text=_("The address of a picture of you."))
    profile = HttpsField(label=_("Profile page"))
    website = HttpsField(label=_("Website"))
    birthdate = BirthdateField()
    gender = LineField(label=_("Gender"), longest=30, autocomplete="sex")
    locale = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Of messages to you, and what apps learn.")
    )
    zoneinfo = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        widget=NameSelect,
        help_text=_("In which times are written in messages to you."),
    )
    street_address = LineField(label=_("Street and number"), longest=PART, autocomplete="address-line1")
    locality = LineField(label=_("Town"), longest=PART, autocomplete="address-level2")
    region = LineField(label=_("Region"), longest=PART, autocomplete="address-level1")
    postal_code = LineField(label=_("Postal code"), longest=30, autocomplete="postal-code")
    country = LineField(label=_("Country"), longest=PART, autocomplete="country-name")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, person: User, only: Collection[str] | None = None
    ) -> None:
        stored = profile_of(person)
        super().__init__(data, initial=stored)
        self._offer("locale", settings.LANGUAGES, stored["locale"])
        self._offer("zoneinfo", ((zone, zone) for zone in _zones()), stored["zoneinfo"])
        if not stored["birthdate"] or FULL_DATE.fullmatch(stored["birthdate"]):
            self.fields["birthdate"].widget.input_type = "date"
        if only is not None:
            self.fields = {name: self.fields[name] for name in self.fields if name in only}

    def sections(self) -> list[tuple["Text", list[forms.BoundField]]]:
        """The fields as the page groups them, under a heading each."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]], stored: str) -> None:
        """These and, so that saving something else loses nothing, what is stored now."""
        offered = [("", _("not said")), *choices]
        if stored and all(value != stored for value, _label in offered):
            offered.append((stored, stored))
        cast(forms.ChoiceField, self.fields[name]).choices = offered


SECTIONS: tuple[tuple["Text", tuple[str, ...]], ...] = (
    (_("Name"), ("given_name", "middle_name", "family_name", "name", "nickname", "preferred_username")),
    (_("About you"), ("birthdate", "gender", "picture", "profile", "website")),
    (_("Language and time"), ("locale", "zoneinfo")),
    (_("Address"), ("street_address", "postal_code", "locality", "region", "country")),
)


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """Zones that are named after places; the rest are other spellings of them."""
    return tuple(
        sorted(
            zone
            for zone in available_timezones()
            if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
        )
    )

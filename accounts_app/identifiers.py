"""Phone numbers and e-mail addresses in one normal form each, so that every spelling is one account (G10).

The rules come from what libphonenumber accepts but a login must not: letters, extensions, `tel:` parameters,
premium and satellite numbers.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberType

from accounts_app.conf import conf
from core_app.errors import AppError

ALLOWED_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
NON_GEOGRAPHIC = "001"
SPELLING = re.compile(r"\+?[0-9 ()\-.\u00a0]{6,24}")
DASHES = re.compile(r"[\u2010-\u2015\u2212]")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class InvalidPhone(AppError):
    """The text is not a number that may be used here."""

    code = "invalid_phone"


def normalise_phone(text: str, *, default_region: str | None = None, any_country: bool = False) -> str:
    """E.164 of what a person typed. Raises InvalidPhone with a sentence that says what to do.

    `default_region` is an ISO 3166 code for local spellings; the setting's when not given. `any_country` is for
    looking somebody up: whoever has an account keeps it when the operator stops sending SMS to a country.
    """
    number = _parse(_plain_digits(text), default_region or conf.PHONE_DEFAULT_REGION)
    _refuse_unusable(number)
    if not any_country and not is_country_allowed(phonenumbers.region_code_for_number(number) or ""):
        raise InvalidPhone(_("Numbers of this country cannot be used here."), field="phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def validate_phone(text: str) -> None:
    """The same rules for Django's forms and `createsuperuser`. Raises ValidationError."""
    try:
        normalise_phone(text, any_country=True)
    except InvalidPhone as error:
        raise ValidationError(str(error.message), code=error.code) from error


def mask_phone(phone: str) -> str:
    """What may be shown and logged: country code and the last two digits, `+353 ••••••• 67`."""
    try:
        country = f"+{phonenumbers.parse(phone).country_code}"
    except phonenumbers.NumberParseException:
        return "•••"
    rest = len(phone) - len(country) - 2
    return f"{country} {'•' * max(rest, 1)} {phone[-2:]}"


def mask_email(address: str) -> str:
    """What may be shown and logged: first letter and domain, `b•••@example.com`."""
    name, _at, domain = address.rpartition("@")
    return f"{name[0]}•••@{domain}" if name else "•••"


def region_of(phone: str) -> str:
    """ISO 3166 code of an E.164 number; "" when it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        return ""


def normalise_email(text: str) -> str:
    """Trimmed, NFKC, the whole address lower-cased: the form that is compared and kept unique."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def normalise_password(text: str) -> str:
    """NFKC, so that the same characters typed on two keyboards are the same password (NIST 800-63B-4 §3.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


def _plain_digits(text: str) -> str:
    """NFKC, other scripts' digits as ASCII, dashes and direction marks tidied; refuses everything else."""
    normal = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    normal = DASHES.sub("-", normal).strip()
    plain = "".join(str(unicodedata.decimal(character, character)) for character in normal)
    if not SPELLING.fullmatch(plain):
        raise InvalidPhone(_("Enter a phone number, for example +976 9911 2233."), field="phone")
    return plain


def _parse(text: str, region: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone(
            _("Enter a phone number with its country code, for example +976 9911 2233."), field="phone"
        ) from error


def _refuse_unusable(number: phonenumbers.PhoneNumber) -> None:
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(number)
    if number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidPhone(_("This is not a complete phone number. Check the digits."), field="phone")
    if region in {None, NON_GEOGRAPHIC} or phonenumbers.number_type(number) not in ALLOWED_TYPES:
        raise InvalidPhone(_("Use a mobile number: codes are sent by SMS."), field="phone")
    if e164.startswith(tuple(conf.PHONE_DENIED_PREFIXES)):
        raise InvalidPhone(_("Use a mobile number: codes are sent by SMS."), field="phone")


def is_country_allowed(region: str) -> bool:
    """Whether SMS may go to a country; with no list, every country in development and none in production."""
    return region in _allowed_countries(tuple(conf.PHONE_COUNTRIES), settings.DEBUG)


@lru_cache(maxsize=4)
def _allowed_countries(listed: tuple[str, ...], development: bool) -> frozenset[str]:
    if "*" in listed or (not listed and development):
        return frozenset(phonenumbers.SUPPORTED_REGIONS)
    return frozenset(country.upper() for country in listed)

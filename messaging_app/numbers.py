"""Which numbers may get an SMS at all. Numbers arrive normalised; what could cost a fortune is refused again."""

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberType

from core_app.errors import AppError
from messaging_app.routes import EVERYWHERE
from messaging_app.spending_conf import allowed_countries, conf

MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
# libphonenumber's region of satellite and other networks that belong to no country.
NO_COUNTRY = "001"
NUMBERS_IN_A_BLOCK = 3


class CountryRefused(AppError):
    """SMS are not sent to this country or kind of number."""

    code = "country_refused"


def country_of(phone: str) -> str:
    """ISO 3166 code of an E.164 number; "" when it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        return ""


def block_of(phone: str) -> str:
    """The number without its last three digits: who counts through numbers stays within it for a while."""
    return phone[:-NUMBERS_IN_A_BLOCK]


def refuse_unusable(phone: str) -> str:
    """The country of a number that may get SMS.

    Raises CountryRefused for premium, satellite, VoIP and fixed numbers and for countries not allowed.
    """
    if phone.startswith(tuple(conf.SMS_DENIED_PREFIXES)) or not _is_mobile(phone):
        raise CountryRefused(_("Use a mobile number: codes are sent by SMS."), field="phone")
    country = country_of(phone)
    if not is_country_allowed(country):
        raise CountryRefused(_("SMS cannot be sent to numbers of this country."), field="phone")
    return country


def is_country_allowed(country: str) -> bool:
    """Whether the operator lets SMS go there; without any list, only in development."""
    listed = allowed_countries()
    if not country or country == NO_COUNTRY:
        return False
    return country in listed or EVERYWHERE in listed or (not listed and settings.DEBUG)


def _is_mobile(phone: str) -> bool:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return False
    is_whole = phonenumbers.is_valid_number(number) and not number.extension
    return is_whole and phonenumbers.number_type(number) in MOBILE

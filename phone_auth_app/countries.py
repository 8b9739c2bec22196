"""The countries of the number field: calling codes, and names in the page's language.

Names and their order per language are Unicode's (CLDR 48, `country_names.json`, Unicode-3.0 license beside it).
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import phonenumbers
from django.conf import settings
from django.utils import translation

from accounts_app.identifiers import is_country_allowed

NAMES = Path(__file__).with_name("country_names.json")


@dataclass(frozen=True, slots=True)
class Country:
    """`region` is its ISO 3166 code, `calling_code` the digits after the plus."""

    region: str
    name: str
    calling_code: int


def allowed_countries() -> list[Country]:
    """Those whose numbers may be used here, by name, in the language in use now."""
    return [country for country in _countries(_language()) if is_country_allowed(country.region)]


def _language() -> str:
    """The language in use as far as there are names in it, else the product's, else English."""
    wanted = (translation.get_language() or "", settings.LANGUAGE_CODE)
    bases = [language.partition("-")[0] for language in wanted]
    return next((language for language in bases if language in _names()), "en")


@lru_cache(maxsize=16)
def _countries(language: str) -> tuple[Country, ...]:
    return tuple(
        Country(region, name, calling_code)
        for region, name in _names()[language].items()
        if (calling_code := phonenumbers.country_code_for_region(region))
    )


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = json.loads(NAMES.read_text(encoding="utf-8"))
    return names
